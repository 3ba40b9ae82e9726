/** The language: what Velocity 1.7, set up as API Gateway runs it, makes of templates. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readShared, withoutShared } from '../../../test/shared.ts';
import { compileTemplate, excerpt, TemplateRenderError, TemplateSyntaxError } from './index.ts';

interface Vector {
  readonly id: string;
  readonly template: string;
  readonly context: Record<string, unknown>;
  readonly expected: string | null;
  readonly error?: string;
}

test('vtl: renders what Apache Velocity 1.7 renders', { skip: withoutShared }, () => {
  const vectors = readShared('vectors/vtl/velocity-1.7.json') as readonly Vector[];
  assert.ok(vectors.length > 700);
  for (const { id, template, context, expected, error } of vectors) {
    const render = (): string => compileTemplate(template, id).render(structuredClone(context));
    if (expected !== null) assert.equal(render(), expected, `${id} ${template}`);
    else if (error === 'ParseErrorException') {
      assert.throws(() => compileTemplate(template, id), TemplateSyntaxError, `${id} ${template}`);
    } else {
      const isOurs = (thrown: unknown): boolean =>
        thrown instanceof TemplateRenderError || thrown instanceof TemplateSyntaxError;
      assert.throws(render, isOurs, `${id} ${template}`);
    }
  }
});

const render = (template: string, variables: Record<string, unknown> = {}): string =>
  compileTemplate(template).render(variables);

for (const { template, expected, why, variables = {} } of [
  // What fuzzing against Velocity has found besides the published vectors.
  { template: `#set(\${x} = 1)[$x]`, expected: '[]', why: '#set takes what follows the dollar sign for the name' },
  { template: '#set($!x = 1)[$x]', expected: '[]', why: '#set takes what follows the dollar sign for the name' },
  { template: '$.foo()', expected: '$.foo()', why: 'a dollar sign before a dot is text' },
  { template: '$[0] $![0]', expected: '$[0] $![0]', why: 'and before a bracket' },
  { template: '#if(true)a#end##', expected: 'a', why: 'a comment without a line break may end a template' },
  {
    template: '#set($x = ("a" - "b") + "c")$x',
    expected: '"a" - "b"c',
    why: 'an operand without a value reads as written',
  },
  {
    template: '#foreach($x in $l)#if($x == "")#set($x = "none")#end$x,#end',
    variables: { l: ['a', null, 'b'] },
    expected: 'a,,b,',
    why: 'a loop variable that is null stays so for its round',
  },
  { template: '#define($d)x$d#end$d', expected: 'xx$d', why: 'a block inside itself ends at the second level' },
  { template: '#define($d)a#break b#end#foreach($i in [1..2])$d#end.', expected: 'aa.', why: '#break leaves a block' },
  { template: '#set($s = "a#stop")b', expected: '', why: '#stop in a string ends everything, and the string is lost' },
  {
    template: 'a#foreach($i in [1..3])$i#define($d)#stop#end$d#end',
    expected: 'a1',
    why: '#stop ends also from within a block',
  },
  {
    template: '#foreach($a in [1..2])#foreach($b in [1..2])#break($foreach.parent)#end x#end y',
    expected: ' y',
    why: '#break can name an outer loop',
  },
  { template: '#hi($name) #foo#end', expected: undefined, why: '#end without a directive is an error' },
  {
    template: '#hi($name)',
    variables: { name: 'Ann' },
    expected: '#hi($name)',
    why: 'an unknown directive prints as written',
  },
  { template: '$i.class.parseInt("12")', variables: { i: 1 }, expected: '12', why: 'a class gives its static methods' },
  {
    template: '$s.length(1)',
    variables: { s: '' },
    expected: undefined,
    why: 'arguments for a method that takes none',
  },
  { template: '$s[-1]', variables: { s: 'abc' }, expected: undefined, why: 'a negative index of what has no size' },
  {
    template: '$l.subList(0, 2).clear()$l',
    variables: { l: [1, 2, 3] },
    expected: '[3]',
    why: 'a part of a list is live',
  },
  {
    template: '#set($x = $m.keySet().remove("a"))$m',
    variables: { m: { a: 1, b: 2 } },
    expected: '{b=2}',
    why: 'so are the keys of a map',
  },
  {
    template: '#foreach($x in $l)$l.add(1)#end',
    variables: { l: [1, 2] },
    expected: undefined,
    why: 'a list may not change in a loop over it',
  },
  {
    template: '#set($m = {"10": "a", "b": 1, "2": "c"})$m',
    expected: '{10=a, b=1, 2=c}',
    why: 'names that are numbers keep their place',
  },
  {
    template: '#set($m = {})#set($m[1] = "i")#set($m["1"] = "s")$m.size() $m',
    expected: '2 {1=i, 1=s}',
    why: '1 and "1" are two keys',
  },
  { template: '#set($x = 2147483647 + 1)$x.class.name', expected: 'java.lang.Long', why: 'an Integer grows to a Long' },
  {
    template: '#set($x = 9223372036854775807 + 1)$x',
    expected: '9223372036854775808',
    why: 'a Long grows to a BigInteger',
  },
  { template: '#set($x = 3000000000 - 2999999999)$x.equals(1)', expected: 'false', why: 'a Long stays one' },
  { template: '#set($x = 0.1 + 0.2)$x', expected: '0.30000000000000004', why: 'Doubles are binary' },
  {
    template: '$s.format("%05.1f|%,d|%x|%-5s|%s", 2.25, 1234567, 255, "ab", [1])',
    variables: { s: '' },
    expected: '002.3|1,234,567|ff|ab   |[1]',
    why: 'String.format',
  },
  {
    template: "$s.replaceAll('(\\w+)@(\\w+)', '$2 at $1')",
    variables: { s: 'ann@home' },
    expected: 'home at ann',
    why: 'groups in a replacement',
  },
  {
    template: "#foreach($p in $s.split('(?<=,)'))<$p>#end",
    variables: { s: 'a,b,' },
    expected: '<a,><b,>',
    why: 'looking behind',
  },
])
  test(`vtl: ${why}: ${template}`, () => {
    if (expected !== undefined) assert.equal(render(template, variables), expected);
    else {
      assert.throws(
        () => render(template, variables),
        (error) => error instanceof TemplateRenderError || error instanceof TemplateSyntaxError,
      );
    }
  });

for (const { template, line, column, reason } of [
  {
    template: '#if($x',
    line: 1,
    column: 7,
    reason: /end of the template, expected an operator or the "\)" that closes #if/,
  },
  {
    template: 'a\n  #set($x 1)',
    line: 2,
    column: 11,
    reason: /unexpected "1", expected "=" after the reference of #set/,
  },
  {
    template: '#foreach($x in $l)\n$x',
    line: 2,
    column: 3,
    reason: /expected the #end of the #foreach at line 1, column 1/,
  },
  { template: 'x #end', line: 1, column: 3, reason: /unexpected "#end", expected text, a reference or a directive/ },
  {
    template: '#if(true)\n#else a\n#else b#end',
    line: 3,
    column: 1,
    reason: /unexpected "#else", expected the #end of the #if at line 1/,
  },
  { template: '#set($x = "abc)', line: 1, column: 11, reason: /string "… is not closed/ },
  { template: '#set($x = "$y.f(")', line: 1, column: 18, reason: /expected/ },
  { template: '#[[ abc', line: 1, column: 8, reason: /#\[\[ is not closed, expected \]\]#/ },
  { template: '$a.b(^)', line: 1, column: 6, reason: /unexpected "\^" in a method's arguments/ },
  { template: '#foreach(x in $l)#end', line: 1, column: 10, reason: /unexpected "x" in #foreach/ },
  { template: '#define()x#end', line: 1, column: 1, reason: /#define needs one name/ },
  { template: '#if(1-1)#end', line: 1, column: 6, reason: /unexpected "-1", expected an operator/ },
])
  test(`vtl: a syntax error says where and what was expected: ${JSON.stringify(template)}`, () => {
    assert.throws(
      () => compileTemplate(template, 'api/orders/POST'),
      (error) => {
        assert.ok(error instanceof TemplateSyntaxError);
        assert.match(error.reason, reason);
        assert.deepEqual([error.template, error.line, error.column], ['api/orders/POST', line, column]);
        assert.equal(error.message, `api/orders/POST:${line}:${column}: ${error.reason}`);
        return true;
      },
    );
  });

test('vtl: a failing call tells its place, and the line can be shown with a caret', () => {
  const source = 'first\n\t$s.substring(9)';
  assert.throws(
    () => compileTemplate(source, 'T').render({ s: 'abc' }),
    (error) => {
      assert.ok(error instanceof TemplateRenderError);
      assert.deepEqual([error.line, error.column, error.fault], [2, 5, 'template']);
      assert.match(
        error.message,
        /^T:2:5: Invocation of method 'substring' in class java\.lang\.String threw exception/,
      );
      assert.equal(excerpt(source, error.line, error.column), '\t$s.substring(9)\n\t   ^');
      return true;
    },
  );
});

test('vtl: a template can be rendered again, and its variables are its own', () => {
  const template = compileTemplate('#set($n = $n + 1)#set($o.count = $n)$n');
  const variables = { n: 1, o: { count: 0 } };
  assert.deepEqual([template.render(variables), template.render(variables)], ['2', '2']);
  assert.deepEqual(variables, { n: 1, o: { count: 2 } });
});

for (const template of [
  '$x.constructor',
  '$x.constructor.constructor("return process")()',
  '$x["constructor"]',
  '$x.get("constructor")',
  '$x.toString.constructor',
  '$l.constructor$l.map$l.prototype',
  '$s.constructor$s.repeat.constructor',
  '$x.hasOwnProperty("a")',
  '$x.valueOf()',
  '$process$globalThis$require$this$arguments',
  '$s.class.forName("java.lang.Runtime")',
  '$s.class.classLoader$s.getClass().getMethods()',
  '$x.class.forName("java.lang.Runtime").getRuntime().exec("id")',
  '$f$f()$o.f$o.f.call()',
])
  test(`vtl: a template reaches nothing but its data: ${template}`, () => {
    const variables = { x: { a: 1 }, l: [1], s: 's', f: () => 'called', o: { f: () => 'called' } };
    assert.doesNotMatch(render(template, variables), /function|native|called|Object|process|Runtime|Loader/);
  });

test('vtl: names that mean something in JavaScript are names like others', () => {
  const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": "c", "toString": "t"}') as Record<
    string,
    unknown
  >;
  assert.equal(render('$h["__proto__"].polluted $h.constructor $h.toString', { h: hostile }), '1 c t');
  render('#set($m = {})#set($m["__proto__"] = {"polluted": 1})$m.put("constructor", "x")', {});
  render('#set($x["__proto__"].polluted = 1)#set($x.constructor.prototype.polluted = 1)', { x: {} });
  assert.equal('polluted' in {}, false);
  assert.equal(render('#set($m = {})#set($m["__proto__"] = 1)$m $m.keySet()'), '{__proto__=1} [__proto__]');
});

test('vtl: a foreach ends after 1,000 rounds, without an error', () => {
  assert.equal(render('#foreach($i in [1..5000])#set($n = $i)#end$n'), '1000');
  assert.equal(compileTemplate('#foreach($i in [1..9])$i#end', 't', { roundsMax: 3 }).render({}), '123');
});

for (const { name, template } of [
  {
    name: 'loops in loops',
    template: '#foreach($a in [1..1000])#foreach($b in [1..1000])#foreach($c in [1..1000])#end#end#end',
  },
  { name: 'a text that doubles', template: '#set($s = "xxxxxxxx")#foreach($i in [1..100])#set($s = "$s$s")#end' },
  { name: 'a list that doubles', template: '#set($l = [1])#foreach($i in [1..100])#set($x = $l.addAll($l))#end' },
  { name: 'a long range', template: '#foreach($i in [1..2000000000])$i#end' },
  { name: 'a map inside itself', template: '#set($m = {})#set($n = {"m": $m})#set($m.n = $n)$m' },
  { name: 'a number that grows', template: '#set($x = 3)#foreach($i in [1..1000])#set($x = $x * $x)#end' },
  { name: 'repeat', template: '#set($s = "x")$s.repeat(2000000000)' },
  { name: 'format', template: '#set($s = "x")$s.format("%2000000000d", 1)' },
  { name: 'a replacement that explodes', template: '#set($s = "x")#set($s = $s.repeat(1000000))$s.replace("x", $s)' },
])
  test(`vtl: bounded: ${name}`, () => {
    const compiled = compileTemplate(template);
    const startedMs = performance.now();
    assert.throws(() => compiled.render({}), TemplateRenderError);
    assert.ok(performance.now() - startedMs < 5_000);
  });

for (const { name, template } of [
  { name: 'parentheses', template: `#set($x = ${'('.repeat(50_000)}` },
  { name: 'directives', template: '#if(true)'.repeat(20_000) },
  { name: 'lists', template: `#set($x = ${'['.repeat(100_000)}` },
  { name: 'operators', template: `#set($x = 1${' + 1'.repeat(50_000)})` },
  { name: 'backslashes', template: `${'\\'.repeat(200_000)}#if` },
  { name: 'too long', template: 'x'.repeat(400_000) },
])
  test(`vtl: a hostile template is refused in bounded time: ${name}`, () => {
    const startedMs = performance.now();
    assert.throws(() => compileTemplate(template), TemplateSyntaxError);
    assert.ok(performance.now() - startedMs < 10_000);
  });

test('vtl: text gets into generated code as text only', () => {
  const nasty = '"`{process.exit(1)}`\'\\\n\u2028\u2029</script>*/;throw 1//';
  assert.equal(render(nasty), nasty);
  assert.equal(render(`#set($x = '${nasty.replaceAll("'", "''")}')$x`), nasty);
  assert.equal(render(`$m['";throw 1;//']`, { m: { '";throw 1;//': 'member' } }), 'member');
});
