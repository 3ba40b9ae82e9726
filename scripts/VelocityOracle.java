/*
 * Apache Velocity 1.7 as an oracle, set up as API Gateway runs it: a reference that resolves to nothing is the empty
 * string, macros cannot be defined, #include, #parse and #evaluate do not exist, a #foreach ends after 1,000 rounds.
 *
 *   render:  reads {"template": "...", "context": {...}} lines, answers {"out": "..."} or {"error": "class: message"}.
 *   bench:   reads {"template": "...", "event": "...", "seconds": n}, answers {"perSecond": n, "out": "..."}. Every round
 *            parses the event (body, params, context, stageVariables) and builds $input and $util from it.
 *
 * Run by scripts/fuzz-vtl.ts and bench/mapping.ts with the jars of Debian's `velocity` package.
 */
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.velocity.Template;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.InvalidReferenceEventHandler;
import org.apache.velocity.context.Context;
import org.apache.velocity.runtime.RuntimeInstance;
import org.apache.velocity.runtime.log.NullLogChute;
import org.apache.velocity.runtime.parser.node.SimpleNode;
import org.apache.velocity.util.introspection.Info;

public final class VelocityOracle {
  private static final InvalidReferenceEventHandler EMPTY = new InvalidReferenceEventHandler() {
    public Object invalidGetMethod(Context c, String reference, Object object, String property, Info info) { return ""; }
    public boolean invalidSetMethod(Context c, String left, String right, Info info) { return false; }
    public Object invalidMethod(Context c, String reference, Object object, String method, Info info) { return ""; }
  };

  private static RuntimeInstance runtime() throws Exception {
    RuntimeInstance runtime = new RuntimeInstance();
    runtime.setProperty("runtime.log.logsystem", new NullLogChute());
    runtime.setProperty("velocimacro.permissions.allow.inline", "false");
    runtime.setProperty("directive.foreach.maxloops", "1000");
    runtime.setProperty("velocimacro.library", "");
    runtime.init();
    return runtime;
  }

  private static VelocityContext contextOf(Map<String, Object> values) {
    VelocityContext context = new VelocityContext(values);
    EventCartridge cartridge = new EventCartridge();
    cartridge.addEventHandler(EMPTY);
    cartridge.attachToContext(context);
    return context;
  }

  /** Parsed and initialised as Template.process does it. */
  private static Template compile(RuntimeInstance runtime, String source) throws Exception {
    Template template = new Template();
    template.setRuntimeServices(runtime);
    template.setName("t");
    SimpleNode tree = runtime.parse(new StringReader(source), "t");
    template.setData(tree);
    template.initDocument();
    return template;
  }

  @SuppressWarnings("unchecked")
  private static void render(BufferedReader in, PrintStream out) throws Exception {
    RuntimeInstance runtime = runtime();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Map<String, Object> job = (Map<String, Object>) new Json(line).read();
      StringBuilder answer = new StringBuilder();
      try {
        Template template = compile(runtime, (String) job.get("template"));
        StringWriter writer = new StringWriter();
        template.merge(contextOf((Map<String, Object>) job.get("context")), writer);
        answer.append("{\"out\":").append(Json.quote(writer.toString())).append('}');
      } catch (Throwable e) {
        answer.append("{\"error\":").append(Json.quote(e.getClass().getSimpleName() + ": " + e.getMessage())).append('}');
        runtime = runtime(); // a parser that failed keeps state
      }
      // A parser remembers the names of macros.
      if (((String) job.get("template")).contains("macro")) runtime = runtime();
      out.println(answer);
      out.flush();
    }
  }

  public static final class Input {
    private final Map<String, Object> event;
    private final Map<String, Object> params;
    Input(Map<String, Object> event, Map<String, Object> params) { this.event = event; this.params = params; }
    public String getBody() { return (String) event.get("body"); }
    public Object json(String path) { return Json.write(new Json((String) event.get("body")).read()); }
    public Object path(String path) { return new Json((String) event.get("body")).read(); }
    public Map<String, Object> params() { return params; }
    @SuppressWarnings("unchecked")
    public Object params(String name) {
      for (String place : new String[] {"path", "querystring", "header"}) {
        Object value = ((Map<String, Object>) params.get(place)).get(name);
        if (value != null) return value;
      }
      return "";
    }
  }

  public static final class Util {
    public String escapeJavaScript(Object value) { return org.apache.commons.lang.StringEscapeUtils.escapeJavaScript(String.valueOf(value)); }
  }

  @SuppressWarnings("unchecked")
  private static void bench(BufferedReader in, PrintStream out) throws Exception {
    Map<String, Object> job = (Map<String, Object>) new Json(in.readLine()).read();
    RuntimeInstance runtime = runtime();
    Template template = compile(runtime, (String) job.get("template"));
    String eventText = (String) job.get("event");
    double seconds = ((Number) job.get("seconds")).doubleValue();
    String result = "";
    double best = 0;
    for (int part = 0; part < 5; part++) { // the first parts warm up; the best is the answer
      long started = System.nanoTime();
      long until = started + (long) (seconds / 5 * 1e9);
      long rounds = 0;
      while (System.nanoTime() < until) {
        for (int i = 0; i < 100; i++, rounds++) {
          Map<String, Object> event = (Map<String, Object>) new Json(eventText).read();
          Map<String, Object> values = new LinkedHashMap<>();
          values.put("input", new Input(event, (Map<String, Object>) event.get("params")));
          values.put("util", new Util());
          values.put("context", event.get("context"));
          values.put("stageVariables", event.get("stageVariables"));
          StringWriter writer = new StringWriter(2048);
          template.merge(contextOf(values), writer);
          result = writer.toString();
        }
      }
      best = Math.max(best, rounds * 1e9 / (System.nanoTime() - started));
    }
    out.println("{\"perSecond\":" + Math.round(best) + ",\"out\":" + Json.quote(result) + "}");
    out.flush();
  }

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    if (args.length > 0 && args[0].equals("bench")) bench(in, out);
    else render(in, out);
  }

  /** JSON as Jayway's default provider reads it: linked maps, array lists, Integer, Long, BigInteger, Double. */
  static final class Json {
    private final String text;
    private int at;
    Json(String text) { this.text = text; }

    Object read() {
      space();
      char c = text.charAt(at);
      if (c == '{') {
        Map<String, Object> map = new LinkedHashMap<>();
        at++;
        space();
        if (text.charAt(at) == '}') { at++; return map; }
        while (true) {
          space();
          String key = string();
          space();
          at++;
          map.put(key, read());
          space();
          if (text.charAt(at++) == '}') return map;
        }
      }
      if (c == '[') {
        List<Object> list = new ArrayList<>();
        at++;
        space();
        if (text.charAt(at) == ']') { at++; return list; }
        while (true) {
          list.add(read());
          space();
          if (text.charAt(at++) == ']') return list;
        }
      }
      if (c == '"') return string();
      if (text.startsWith("true", at)) { at += 4; return Boolean.TRUE; }
      if (text.startsWith("false", at)) { at += 5; return Boolean.FALSE; }
      if (text.startsWith("null", at)) { at += 4; return null; }
      int from = at;
      boolean whole = true;
      while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
        if (".eE".indexOf(text.charAt(at)) >= 0) whole = false;
        at++;
      }
      String number = text.substring(from, at);
      if (!whole) return Double.valueOf(number);
      BigInteger value = new BigInteger(number);
      if (value.bitLength() < 32) return value.intValue();
      if (value.bitLength() < 64) return value.longValue();
      return value;
    }

    private void space() { while (at < text.length() && text.charAt(at) <= ' ') at++; }

    private String string() {
      int end = at + 1;
      while (text.charAt(end) != '"' && text.charAt(end) != '\\') end++;
      if (text.charAt(end) == '"') { String plain = text.substring(at + 1, end); at = end + 1; return plain; }
      StringBuilder s = new StringBuilder();
      for (at++; text.charAt(at) != '"'; at++) {
        char c = text.charAt(at);
        if (c != '\\') { s.append(c); continue; }
        c = text.charAt(++at);
        switch (c) {
          case 'n': s.append('\n'); break;
          case 't': s.append('\t'); break;
          case 'r': s.append('\r'); break;
          case 'b': s.append('\b'); break;
          case 'f': s.append('\f'); break;
          case 'u': s.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16)); at += 4; break;
          default: s.append(c);
        }
      }
      at++;
      return s.toString();
    }

    static String quote(String s) {
      StringBuilder b = new StringBuilder("\"");
      for (int i = 0; i < s.length(); i++) {
        char c = s.charAt(i);
        if (c == '"' || c == '\\') b.append('\\').append(c);
        else if (c < ' ' || (c >= 0xd800 && c < 0xe000)) b.append(String.format("\\u%04x", (int) c));
        else b.append(c);
      }
      return b.append('"').toString();
    }

    static String write(Object value) {
      StringBuilder b = new StringBuilder();
      write(value, b);
      return b.toString();
    }

    private static void write(Object value, StringBuilder b) {
      if (value instanceof Map) {
        String comma = "{";
        for (Map.Entry<?, ?> e : ((Map<?, ?>) value).entrySet()) {
          b.append(comma).append(quote(String.valueOf(e.getKey()))).append(':');
          write(e.getValue(), b);
          comma = ",";
        }
        if (((Map<?, ?>) value).isEmpty()) b.append('{');
        b.append('}');
      } else if (value instanceof List) {
        String comma = "[";
        for (Object item : (List<?>) value) { b.append(comma); write(item, b); comma = ","; }
        if (((List<?>) value).isEmpty()) b.append('[');
        b.append(']');
      } else if (value instanceof String) b.append(quote((String) value));
      else b.append(value);
    }
  }
}
