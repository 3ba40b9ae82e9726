/** OpenAPI documents in and out of the REST API aggregate. */
export {
  isObject,
  type Json,
  type JsonObject,
  OpenApiDocument,
  type OpenApiVersion,
  readDocument,
  unreadable,
} from './document.ts';
export { type ImportedParts, importDocumentationParts } from './documentation.ts';
export { type Exported, type ExportRequest, exportRestApi } from './export.ts';
export { type Imported, type ImportOptions, importRestApi } from './import.ts';
export { kindOf } from './kind.ts';
export { plainOpenApi } from './plain.ts';
