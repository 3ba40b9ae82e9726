'use strict';
/**
 * Finds the handler that `_HANDLER` names (`path/module.export.member`) in the package: CommonJS or ES module, by file
 * extension and by the nearest package.json; `module.handler` may also be a package in node_modules or in a layer.
 */
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { NamedError } = require('./failure.cjs');

/** In this order; `.ts` where Node.js strips types by itself (22.18 and later). */
const extensions = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts'];

async function loadHandler(root, name, environment) {
  if (name.includes('..')) {
    throw new NamedError(
      'Runtime.MalformedHandlerName',
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const slash = name.lastIndexOf('/') + 1;
  const dot = name.indexOf('.', slash);
  if (dot === -1) throw new NamedError('Runtime.MalformedHandlerName', 'Bad handler');
  if (environment.NODE_PATH) resolveModulesByPath(environment.NODE_PATH.split(path.delimiter));
  const loaded = await load(root, name.slice(0, slash), name.slice(slash, dot));
  let found = loaded;
  for (const member of name.slice(dot + 1).split('.')) found = found?.[member];
  if (!found) throw new NamedError('Runtime.HandlerNotFound', `${name} is undefined or not exported`);
  if (typeof found !== 'function') throw new NamedError('Runtime.HandlerNotFound', `${name} is not a function`);
  return found;
}

async function load(root, folder, name) {
  const file = path.resolve(root, folder, name);
  try {
    for (const extension of extensions) {
      const candidate = file + extension;
      if (!isFile(candidate)) continue;
      if (/^\.[cm]ts$/.test(extension) || extension === '.mjs') return await importFile(candidate);
      if (extension === '.cjs' || extension === '' || !inModulePackage(candidate)) return require(candidate);
      return await importFile(candidate);
    }
    return require(require.resolve(name, { paths: [root, path.join(root, folder)] }));
  } catch (error) {
    if (error instanceof SyntaxError) {
      throw new NamedError('Runtime.UserCodeSyntaxError', String(error), error.stack);
    }
    if (error?.code === 'MODULE_NOT_FOUND' || error?.code === 'ERR_MODULE_NOT_FOUND') {
      throw new NamedError('Runtime.ImportModuleError', String(error));
    }
    throw error;
  }
}

const importFile = (file) => import(pathToFileURL(file).href);

function isFile(file) {
  try {
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Whether the nearest package.json says `"type": "module"`. */
function inModulePackage(file) {
  for (let folder = path.dirname(file); !folder.endsWith(`${path.sep}node_modules`); folder = path.dirname(folder)) {
    try {
      return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8')).type === 'module';
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return false;
    }
    if (folder === path.dirname(folder)) return false;
  }
  return false;
}

/** `import` does not look into NODE_PATH, where layers are; Lambda's does. */
function resolveModulesByPath(folders) {
  const module_ = require('node:module');
  if (typeof module_.registerHooks !== 'function') return;
  module_.registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (error?.code !== 'ERR_MODULE_NOT_FOUND' || /^(\.{0,2}\/|[a-z]+:)/.test(specifier)) throw error;
        for (const folder of folders) {
          try {
            return next(specifier, { ...context, parentURL: pathToFileURL(path.join(folder, '..', 'layer.mjs')).href });
          } catch {}
        }
        throw error;
      }
    },
  });
}

module.exports = { loadHandler };
