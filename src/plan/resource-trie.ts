/**
 * Finds the method of a REST API that a request is for. On each level a literal part beats a parameter and a parameter
 * beats a greedy one; within a resource a method of its own beats ANY. A better path whose resource has no usable
 * method does not win: the next best is tried. Leading slashes and one trailing slash do not count, percent-encoding is
 * kept, and parameters keep what was sent.
 * Source: Amazon API Gateway Developer Guide, "Set up REST API methods"; vectors rest/routing.json.
 */
export interface ResourceEntry<Method> {
  /** `/pets/{petId}`, `/{proxy+}`, `/` */
  readonly path: string;
  /** By HTTP method, `ANY` included. */
  readonly methods: ReadonlyMap<string, Method>;
}

export class ResourceTrie<Method> {
  readonly #root: Node<Method>;

  constructor(resources: Iterable<ResourceEntry<Method>>) {
    this.#root = new Node();
    for (const { path, methods } of resources) {
      let node = this.#root;
      for (const part of path.split('/')) if (part !== '') node = node.child(part);
      for (const [name, method] of methods) node.methods.set(name, method);
    }
    freeze(this.#root);
  }

  /** The same tree with what `change` makes of each method. */
  map<Other>(change: (method: Method) => Other): ResourceTrie<Other> {
    const entries: ResourceEntry<Other>[] = [];
    const walk = (node: Node<Method>, path: string): void => {
      const methods = new Map([...node.methods].map(([name, method]) => [name, change(method)]));
      entries.push({ path, methods });
      for (const [part, child] of node.literals) walk(child, `${path}/${part}`);
      // Parameter names do not matter for matching; the methods know theirs.
      if (node.parameter !== null) walk(node.parameter, `${path}/{}`);
      if (node.greedy !== null) walk(node.greedy, `${path}/{+}`);
    };
    walk(this.#root, '');
    return new ResourceTrie(entries);
  }

  /**
   * @param path path of the request below the stage, as it was sent
   * @param values receives the values of the path parameters, outermost first
   */
  match(path: string, method: string, values: string[]): Method | undefined {
    let start = 0;
    while (path.charCodeAt(start) === slash) start++;
    const end = path.length > start && path.charCodeAt(path.length - 1) === slash ? path.length - 1 : path.length;
    return find(this.#root, path, start, end, method, values);
  }
}

const slash = 47;

class Node<Method> {
  readonly literals = new Map<string, Node<Method>>();
  parameter: Node<Method> | null = null;
  greedy: Node<Method> | null = null;
  readonly methods = new Map<string, Method>();

  child(part: string): Node<Method> {
    if (!part.startsWith('{')) {
      const known = this.literals.get(part);
      if (known !== undefined) return known;
      const made = new Node<Method>();
      this.literals.set(part, made);
      return made;
    }
    if (part.endsWith('+}')) {
      this.greedy ??= new Node();
      return this.greedy;
    }
    this.parameter ??= new Node();
    return this.parameter;
  }
}

function freeze(node: Node<unknown>): void {
  for (const child of node.literals.values()) freeze(child);
  if (node.parameter !== null) freeze(node.parameter);
  if (node.greedy !== null) freeze(node.greedy);
  Object.freeze(node);
}

/** A node is visited once at most, since its depth is fixed: a hostile path costs no more than the tree has nodes. */
function find<Method>(
  node: Node<Method>,
  path: string,
  start: number,
  end: number,
  method: string,
  values: string[],
): Method | undefined {
  if (start >= end) return node.methods.get(method) ?? node.methods.get('ANY');
  const next = path.indexOf('/', start);
  const stop = next === -1 || next > end ? end : next;
  const part = path.slice(start, stop);
  const literal = node.literals.get(part);
  if (literal !== undefined) {
    const found = find(literal, path, stop + 1, end, method, values);
    if (found !== undefined) return found;
  }
  if (node.parameter !== null && part !== '') {
    values.push(part);
    const found = find(node.parameter, path, stop + 1, end, method, values);
    if (found !== undefined) return found;
    values.pop();
  }
  if (node.greedy !== null) {
    const found = node.greedy.methods.get(method) ?? node.greedy.methods.get('ANY');
    if (found !== undefined) values.push(path.slice(start, end));
    return found;
  }
  return undefined;
}
