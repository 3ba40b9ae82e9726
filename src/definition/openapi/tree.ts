/**
 * The path tree while a document is imported: resources by full path, made with all their ancestors when first asked
 * for. Observed: a resource whose full path existed before keeps its id, also when the document overwrites the API.
 */
import { createResource, pathsOf } from '../resources.ts';
import type { HttpMethod, Method, Resource, RestApi } from '../rest-api.ts';

export class Tree {
  readonly #api: RestApi;
  readonly #newId: () => string;
  readonly #byPath = new Map<string, Resource>();
  /** Of the API as it was. */
  readonly #ids: ReadonlyMap<string, string>;
  /** The one child of a resource whose name is a variable, by the parent's id. */
  readonly #variables = new Map<string, Resource>();

  /** @param merge whether what is not in the document stays */
  constructor(api: RestApi, merge: boolean, newId: () => string) {
    this.#api = api;
    this.#newId = newId;
    const paths = pathsOf(api);
    this.#ids = new Map([...paths].map(([id, path]) => [path, id]));
    this.#byPath.set('/', { id: api.rootResourceId, methods: {} });
    if (!merge) return;
    for (const [id, path] of paths) {
      const resource = api.resources[id];
      if (resource !== undefined) this.#keep(path, resource);
    }
  }

  /** The resource of a path. @param segments e.g. `['pets', '{petId}']` @throws BadRequestException */
  at(segments: readonly string[]): Resource {
    let path = '';
    let resource = this.#root();
    for (const pathPart of segments) {
      path = `${path}/${pathPart}`;
      resource = this.#byPath.get(path) ?? this.#made(path, resource, pathPart);
    }
    return resource;
  }

  /** Adds the method, or puts it in the place of the one that was there. */
  put(segments: readonly string[], method: Method): void {
    const resource = this.at(segments);
    const methods: Partial<Record<HttpMethod, Method>> = { ...resource.methods, [method.httpMethod]: method };
    this.#keep(segments.length === 0 ? '/' : `/${segments.join('/')}`, { ...resource, methods });
  }

  resources(): Record<string, Resource> {
    return Object.fromEntries([...this.#byPath.values()].map((resource) => [resource.id, resource]));
  }

  #root(): Resource {
    return this.#byPath.get('/') ?? { id: this.#api.rootResourceId, methods: {} };
  }

  /** Asks the rules about the resource, with only those around it that the rules look at. */
  #made(path: string, parent: Resource, pathPart: string): Resource {
    const sibling = this.#variables.get(parent.id);
    const around = sibling === undefined ? [parent] : [parent, sibling];
    const id = this.#ids.get(path) ?? this.#newId();
    const { resources } = createResource(
      { ...this.#api, resources: Object.fromEntries(around.map((each) => [each.id, each])) },
      parent.id,
      pathPart,
      id,
    );
    const resource = resources[id] ?? { id, parentId: parent.id, pathPart, methods: {} };
    this.#keep(path, resource);
    return resource;
  }

  #keep(path: string, resource: Resource): void {
    this.#byPath.set(path, resource);
    if (resource.parentId !== undefined && resource.pathPart?.startsWith('{'))
      this.#variables.set(resource.parentId, resource);
  }
}
