/**
 * A mapping template as an integration holds it: compiled, and with what it can possibly read found out beforehand, so
 * that nothing is gathered for a request that its template does not look at. Many templates are constants.
 */
import { compileTemplate, type Template } from '../mapping/index.ts';

export class MappingTemplate {
  readonly template: Template;
  /** An empty template lets the body pass as it is: `null` in answers of Amazon API Gateway. */
  readonly passes: boolean;
  /** What it renders whatever it is given; null: that depends. */
  readonly constant: string | null;
  /** Members of `$context` that it names; null: any may be read. Empty: it does not look at `$context`. */
  readonly contextNames: readonly string[] | null;

  /** @throws TemplateSyntaxError */
  constructor(source: string, name: string) {
    this.template = compileTemplate(source, name);
    this.passes = source === '';
    // References begin with `$`, everything else of the language with `#`.
    this.constant = /[$#]/.test(source) ? null : source;
    this.contextNames = contextNamesOf(source);
    Object.freeze(this);
  }
}

/** Methods of maps: they may reach every member. */
const mapMethods =
  /^(?:get|getOrDefault|put|putAll|putIfAbsent|remove|containsKey|containsValue|keySet|values|entrySet|size|isEmpty|clear|toString|equals|hashCode|getClass|class|empty)$/;

function contextNamesOf(source: string): readonly string[] | null {
  const names = new Set<string>();
  for (const [, name] of source.matchAll(/context(?:\.([A-Za-z]\w*))?/g)) {
    if (name === undefined || mapMethods.test(name)) return null;
    names.add(name);
  }
  return Object.freeze([...names]);
}
