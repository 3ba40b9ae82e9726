/** What a member must satisfy beyond its type. */
export interface Constraint {
  /** Must match the whole value. */
  readonly pattern?: string;
  /** Characters of a string, items of a list. */
  readonly lengthMin?: number;
  readonly lengthMax?: number;
  readonly min?: number;
  readonly max?: number;
}
