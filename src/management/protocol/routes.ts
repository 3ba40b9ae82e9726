/**
 * Finds the operation of a rest protocol by method, path and constant query parameters. Literal segments win over
 * labels, labels over greedy ones, and URIs with constant parameters over those without; a trailing slash is nothing.
 */
import type { Operation, ServiceModel } from './model.ts';
import { parseQuery, percentDecode } from './text.ts';

export interface Route {
  readonly model: ServiceModel;
  readonly operation: string;
}

export interface RouteMatch extends Route {
  /** Decoded, by member name. */
  readonly labels: ReadonlyMap<string, string>;
}

interface Leaf extends Route {
  readonly method: string;
  readonly labelNames: readonly string[];
  readonly constants: readonly (readonly [name: string, value: string])[];
}

class Node {
  readonly literals = new Map<string, Node>();
  label: Node | undefined;
  /** Operations whose last label takes all that is left. */
  readonly greedy: Leaf[] = [];
  readonly leaves: Leaf[] = [];
}

export class Routes {
  readonly #root = new Node();

  constructor(models: readonly ServiceModel[]) {
    for (const model of models)
      for (const [name, operation] of Object.entries(model.operations)) this.#add(model, name, operation);
  }

  /** @throws SerializationException when a label is not well-formed */
  match(method: string, path: string, query: string): RouteMatch | undefined {
    const segments = segmentsOf(path);
    const values: string[] = [];
    const parameters = parseQuery(query);
    const matches = (leaf: Leaf): boolean =>
      leaf.method === method &&
      leaf.constants.every(([name, value]) => parameters.some(([n, v]) => n === name && (value === '' || v === value)));
    const search = (node: Node, position: number): Leaf | undefined => {
      const segment = segments[position];
      if (segment === undefined) return node.leaves.find(matches);
      const literal = node.literals.get(segment);
      const found = literal && search(literal, position + 1);
      if (found !== undefined) return found;
      if (node.label !== undefined && segment !== '') {
        values.push(segment);
        const labelled = search(node.label, position + 1);
        if (labelled !== undefined) return labelled;
        values.pop();
      }
      const greedy = node.greedy.find(matches);
      if (greedy !== undefined) values.push(segments.slice(position).join('/'));
      return greedy;
    };
    const leaf = search(this.#root, 0);
    if (leaf === undefined) return undefined;
    const labels = leaf.labelNames.map((name, index) => [name, percentDecode(values[index] ?? '', false)] as const);
    return { model: leaf.model, operation: leaf.operation, labels: new Map(labels) };
  }

  #add(model: ServiceModel, operation: string, { http }: Operation): void {
    if (http === undefined) return;
    const [method, uri] = http;
    const [path = '', query = ''] = uri.split('?');
    const labelNames: string[] = [];
    const leaf: Leaf = { model, operation, method, labelNames, constants: parseQuery(query) };
    let node = this.#root;
    for (const segment of segmentsOf(path)) {
      const label = /^\{([^}+]+)(\+?)\}$/.exec(segment);
      if (label === null) {
        const next: Node = node.literals.get(segment) ?? new Node();
        node.literals.set(segment, next);
        node = next;
        continue;
      }
      labelNames.push(label[1] ?? '');
      if (label[2] === '+') {
        insert(node.greedy, leaf);
        return;
      }
      node.label ??= new Node();
      node = node.label;
    }
    insert(node.leaves, leaf);
  }
}

/** Those with more constant parameters first. */
function insert(leaves: Leaf[], leaf: Leaf): void {
  leaves.push(leaf);
  leaves.sort((a, b) => b.constants.length - a.constants.length);
}

function segmentsOf(path: string): string[] {
  const trimmed = path.endsWith('/') ? path.slice(0, -1) : path;
  return trimmed.split('/').slice(1);
}
