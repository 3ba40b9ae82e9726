/** OpenAPI 3 documents in and out of the HTTP API aggregate. */
export { exportHttpApi, type HttpExport } from './export.ts';
export { type HttpImport, importHttpApi, issuersOf } from './import.ts';
