/**
 * Finds the route of an HTTP API that a request is for. A route whose path fits as a whole, variables included, beats
 * every greedy one, and both beat `$default`; among those that fit, the leftmost literal part decides; only then does
 * a method of its own beat ANY. A path that fits without the method is no match: the next best is tried, never 405.
 * Paths are compared decoded; a variable never takes an empty part, a greedy one wants at least one character.
 * Source: Amazon API Gateway Developer Guide, "Create routes for HTTP APIs"; facts/http-api-routing.md.
 */
export interface RouteEntry<Route> {
  /** `GET /pets/{id}`, `ANY /{proxy+}` or `$default` */
  readonly routeKey: string;
  readonly route: Route;
}

const slash = 47;

export class RouteTable<Route> {
  readonly #root = new Node<Route>();
  readonly #default: Route | undefined;

  constructor(entries: Iterable<RouteEntry<Route>>) {
    let fallback: Route | undefined;
    for (const { routeKey, route } of entries) {
      if (routeKey === '$default') {
        fallback = route;
        continue;
      }
      const space = routeKey.indexOf(' ');
      let node = this.#root;
      for (const part of routeKey.slice(space + 1).split('/')) if (part !== '') node = node.child(part);
      node.routes.set(routeKey.slice(0, space), route);
    }
    this.#default = fallback;
    freeze(this.#root);
    Object.freeze(this);
  }

  /**
   * @param path below the stage, decoded, with one slash in front
   * @param values receives the values of the path variables, outermost first
   */
  match(method: string, path: string, values: string[]): Route | undefined {
    const last = path.length - 1;
    const end = last > 0 && path.charCodeAt(last) === slash ? last : path.length;
    const greedy = new Greedy<Route>();
    const found = find(this.#root, path, 1, end, method, values, greedy);
    if (found !== undefined) return found;
    if (greedy.route === undefined) return this.#default;
    for (const value of greedy.values) values.push(value);
    values.push(path.slice(greedy.from));
    return greedy.route;
  }
}

class Node<Route> {
  readonly literals = new Map<string, Node<Route>>();
  variable: Node<Route> | null = null;
  greedy: Node<Route> | null = null;
  /** By method, `ANY` included. */
  readonly routes = new Map<string, Route>();

  child(part: string): Node<Route> {
    if (!part.startsWith('{')) {
      const known = this.literals.get(part);
      if (known !== undefined) return known;
      const made = new Node<Route>();
      this.literals.set(part, made);
      return made;
    }
    if (part.endsWith('+}')) {
      this.greedy ??= new Node();
      return this.greedy;
    }
    this.variable ??= new Node();
    return this.variable;
  }

  routeFor(method: string): Route | undefined {
    return this.routes.get(method) ?? this.routes.get('ANY');
  }
}

function freeze(node: Node<unknown>): void {
  for (const child of node.literals.values()) freeze(child);
  if (node.variable !== null) freeze(node.variable);
  if (node.greedy !== null) freeze(node.greedy);
  Object.freeze(node);
}

/** The best greedy route met on the way: it counts once nothing fits as a whole. */
class Greedy<Route> {
  route: Route | undefined = undefined;
  /** Where the greedy variable's value begins. */
  from = 0;
  /** Values of the variables before it. */
  values: readonly string[] = none;
}

const none: readonly string[] = Object.freeze([]);

/** A node is visited once at most, since its depth is fixed: a hostile path costs no more than the tree has nodes. */
function find<Route>(
  node: Node<Route>,
  path: string,
  start: number,
  end: number,
  method: string,
  values: string[],
  greedy: Greedy<Route>,
): Route | undefined {
  // Behind the last part; the root's path ends where it begins.
  if (start > end || end === 1) return node.routeFor(method);
  const next = path.indexOf('/', start);
  const stop = next === -1 || next > end ? end : next;
  if (stop > start) {
    const literal = node.literals.get(path.slice(start, stop));
    if (literal !== undefined) {
      const found = find(literal, path, stop + 1, end, method, values, greedy);
      if (found !== undefined) return found;
    }
    if (node.variable !== null) {
      values.push(path.slice(start, stop));
      const found = find(node.variable, path, stop + 1, end, method, values, greedy);
      if (found !== undefined) return found;
      values.pop();
    }
  }
  // Deeper nodes have been asked before this one: the first greedy route met has the longest literal path.
  if (node.greedy !== null && greedy.route === undefined) {
    greedy.route = node.greedy.routeFor(method);
    greedy.from = start;
    greedy.values = values.length === 0 ? none : [...values];
  }
  return undefined;
}
