/** What a member must satisfy beyond its type. */
export interface Constraint {
  /** Must match the whole value. */
  readonly pattern?: string;
  /** Characters of a string, items of a list. */
  readonly lengthMin?: number;
  readonly lengthMax?: number;
  /** Items may be null, whatever the model says. */
  readonly sparse?: true;
  readonly min?: number;
  readonly max?: number;
}
