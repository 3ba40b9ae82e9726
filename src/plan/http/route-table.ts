/**
 * Finds the route of an HTTP API that a request is for. A route whose path fits as a whole, variables included, beats
 * every greedy one, and both beat `$default`; among those that fit, the leftmost literal part decides; only then does
 * a method of its own beat ANY. A path that fits without the method is no match: the next best is tried, never 405.
 * Paths are compared decoded; a variable never takes an empty part, a greedy one wants at least one character.
 *
 * The tree is built for tables of ten thousand routes, where what costs is memory that is not in a cache: a place that
 * only one way leads on from keeps that way as a list, and one route as a field. Measured with 10,000 routes asked for
 * in turn: 6.6 µs a request with a map for every place, see bench/results.md for now.
 * Source: Amazon API Gateway Developer Guide, "Create routes for HTTP APIs"; facts/http-api-routing.md.
 */
export interface RouteEntry<Route> {
  /** `GET /pets/{id}`, `ANY /{proxy+}` or `$default` */
  readonly routeKey: string;
  readonly route: Route;
}

const slash = 47;
/** Stands for a variable among the parts of a way. */
const variable = '{}';
const greedy = '{+}';
const none: readonly string[] = Object.freeze([]);

export class RouteTable<Route> {
  readonly #root: Node<Route>;
  readonly #default: Route | undefined;

  constructor(entries: Iterable<RouteEntry<Route>>) {
    let fallback: Route | undefined;
    const growing = new Growing<Route>(new Map());
    for (const { routeKey, route } of entries) {
      if (routeKey === '$default') fallback = route;
      else growing.add(routeKey, route);
    }
    this.#default = fallback;
    this.#root = new Ways<Route>().grown(growing);
    Object.freeze(this);
  }

  /**
   * @param path below the stage, decoded, with one slash in front
   * @param values receives the values of the path variables, outermost first
   */
  match(method: string, path: string, values: string[]): Route | undefined {
    const last = path.length - 1;
    const end = last > 0 && path.charCodeAt(last) === slash ? last : path.length;
    const best = new BestGreedy<Route>();
    const found = find(this.#root, path, 1, end, method, values, best);
    if (found !== undefined) return found;
    if (best.route === undefined) return this.#default;
    for (const value of best.values) values.push(value);
    values.push(path.slice(best.from));
    return best.route;
  }
}

/** The tree while routes are added. */
class Growing<Route> {
  readonly children = new Map<string, Growing<Route>>();
  readonly routes = new Map<string, Route>();
  /** Parts of all routes: equal ones are kept once, in one place of memory. */
  readonly #parts: Map<string, string>;

  constructor(parts: Map<string, string>) {
    this.#parts = parts;
  }

  add(routeKey: string, route: Route): void {
    const space = routeKey.indexOf(' ');
    let at: Growing<Route> = this;
    for (const part of routeKey.slice(space + 1).split('/')) if (part !== '') at = at.#child(kindOf(part));
    at.routes.set(routeKey.slice(0, space), route);
  }

  #child(part: string): Growing<Route> {
    const known = this.children.get(part);
    if (known !== undefined) return known;
    const made = new Growing<Route>(this.#parts);
    const same = this.#parts.get(part) ?? part;
    this.#parts.set(same, same);
    this.children.set(same, made);
    return made;
  }
}

const kindOf = (part: string): string => (!part.startsWith('{') ? part : part.endsWith('+}') ? greedy : variable);

/** A place in the tree that nothing is added to any more. */
class Node<Route> {
  /** Parts that must follow before anything else counts, variables among them; greedy ones are places of their own. */
  readonly way: readonly string[];
  readonly literals: ReadonlyMap<string, Node<Route>> | null;
  readonly variable: Node<Route> | null;
  readonly greedy: Node<Route> | null;
  /** The one route here and its method; null where there are none, or several. */
  readonly method: string | null;
  readonly route: Route | undefined;
  /** By method, `ANY` included, where there are several. */
  readonly routes: ReadonlyMap<string, Route> | null;

  constructor({ children, routes }: Growing<Route>, way: readonly string[], ways: Ways<Route>) {
    const literals = new Map<string, Node<Route>>();
    for (const [part, child] of children)
      if (part !== variable && part !== greedy) literals.set(part, ways.grown(child));
    const [only] = routes;
    const single = routes.size === 1 && only !== undefined;
    this.way = way;
    this.literals = literals.size === 0 ? null : literals;
    this.variable = ways.nodeOf(children.get(variable));
    this.greedy = ways.nodeOf(children.get(greedy));
    this.method = single ? only[0] : null;
    this.route = single ? only[1] : undefined;
    this.routes = routes.size > 1 ? new Map(routes) : null;
    Object.freeze(this);
  }

  routeFor(method: string): Route | undefined {
    if (this.method !== null) return this.method === method || this.method === 'ANY' ? this.route : undefined;
    return this.routes?.get(method) ?? this.routes?.get('ANY');
  }
}

/** Makes places of what has grown; those that equal ways lead on from share the list of their parts. */
class Ways<Route> {
  readonly #lists = new Map<string, readonly string[]>();

  nodeOf(growing: Growing<Route> | undefined): Node<Route> | null {
    return growing === undefined ? null : this.grown(growing);
  }

  /** Follows the only way on for as long as nothing else can happen on it. */
  grown(from: Growing<Route>): Node<Route> {
    const way: string[] = [];
    let at = from;
    for (;;) {
      const [only] = at.children;
      if (at.routes.size > 0 || at.children.size !== 1 || only === undefined || only[0] === greedy) break;
      way.push(only[0]);
      at = only[1];
    }
    return new Node(at, way.length === 0 ? none : this.#listOf(way), this);
  }

  #listOf(way: string[]): readonly string[] {
    const text = way.join('/');
    const known = this.#lists.get(text);
    if (known !== undefined) return known;
    const list = Object.freeze(way);
    this.#lists.set(text, list);
    return list;
  }
}

/** The best greedy route met on the way: it counts once nothing fits as a whole. */
class BestGreedy<Route> {
  route: Route | undefined = undefined;
  /** Where the greedy variable's value begins. */
  from = 0;
  /** Values of the variables before it. */
  values: readonly string[] = none;
}

/**
 * A node is visited once at most, since its depth is fixed: a hostile path costs no more than the tree has nodes.
 * @param start of the part that comes next; behind the end when there is none
 */
function find<Route>(
  node: Node<Route>,
  path: string,
  start: number,
  end: number,
  method: string,
  values: string[],
  best: BestGreedy<Route>,
): Route | undefined {
  const { way } = node;
  const before = values.length;
  let at = start;
  for (let i = 0; i < way.length; i++) {
    const stop = partEnd(path, at, end);
    const part = way[i]!;
    if (part === variable && stop > at) values.push(path.slice(at, stop));
    else if (part === variable || stop - at !== part.length || !path.startsWith(part, at)) {
      values.length = before;
      return undefined;
    }
    at = stop + 1;
  }
  const found = findHere(node, path, at, end, method, values, best);
  if (found === undefined) values.length = before;
  return found;
}

function findHere<Route>(
  node: Node<Route>,
  path: string,
  start: number,
  end: number,
  method: string,
  values: string[],
  best: BestGreedy<Route>,
): Route | undefined {
  // Behind the last part; the root's path ends where it begins.
  if (start > end || end === 1) return node.routeFor(method);
  const stop = partEnd(path, start, end);
  if (stop > start) {
    if (node.literals !== null) {
      const literal = node.literals.get(path.slice(start, stop));
      const found = literal && find(literal, path, stop + 1, end, method, values, best);
      if (found !== undefined) return found;
    }
    if (node.variable !== null) {
      values.push(path.slice(start, stop));
      const found = find(node.variable, path, stop + 1, end, method, values, best);
      if (found !== undefined) return found;
      values.pop();
    }
  }
  // Deeper nodes have been asked before this one: the first greedy route met has the longest literal path.
  if (node.greedy !== null && best.route === undefined) {
    best.route = node.greedy.routeFor(method);
    best.from = start;
    best.values = values.length === 0 ? none : [...values];
  }
  return undefined;
}

/** Where the part that begins at `start` ends; `start` itself for an empty part and for none. */
function partEnd(path: string, start: number, end: number): number {
  const next = path.indexOf('/', start);
  return next === -1 || next > end ? Math.max(start, end) : next;
}
