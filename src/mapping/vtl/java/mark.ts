/** Marks objects that are not maps; compiled templates ask for it before they read a member directly. */
export const marked: unique symbol = Symbol('not a map');

export const isMarked = (value: { readonly [marked]?: true }): boolean => value[marked] === true;
