"""Runs a Python handler: imports it, asks the host for the next event, calls it, sends back what it made of it.

Speaks the Lambda Runtime API (HTTP/1.1) on descriptor 3, one connection for the life of the process; a response and the
question for the next event leave in one write. The end of that connection means that the host has gone: the process
ends, also in the middle of a handler (a thread waits for it). Works with Python 3.8 and later, standard library only.

Source: Lambda Developer Guide, "Define Lambda function handler in Python", "Log and monitor Python Lambda functions".
"""

import decimal
import importlib
import json
import logging
import os
import select
import socket
import sys
import threading
import time
import traceback

API = "/2018-06-01/runtime"
ASK_NEXT = ("GET %s/invocation/next HTTP/1.1\r\n\r\n" % API).encode()
#: Log lines keep their indentation where leading blanks would be cut.
INDENT = "\u00a0"


class Fault(Exception):
    """An error of the runtime's own, e.g. Runtime.ImportModuleError."""

    def __init__(self, error_type, message, trace=None):
        super().__init__(message)
        self.error_type = error_type
        self.message = message
        self.trace = trace


def leave_with_host():
    """The host has gone: its warden comes first, which finds by this process what it has started."""
    time.sleep(0.5)
    os._exit(0)


# ---- the wire --------------------------------------------------------------------------------------------------------


class Wire:
    """The connection to the host. Only the main thread reads and writes; the watching thread only polls."""

    def __init__(self, descriptor):
        self.socket = socket.socket(fileno=descriptor)
        self.buffer = b""
        watch = threading.Thread(target=self._leave_with_host, args=(descriptor,), daemon=True)
        watch.start()

    def _leave_with_host(self, descriptor):
        poll = select.poll()
        # Hang-up and error are always reported; input is left to the main thread.
        poll.register(descriptor, getattr(select, "POLLRDHUP", 0))
        while True:
            if poll.poll():
                leave_with_host()

    def send(self, data):
        self.socket.sendall(data)

    def post(self, where, body, content_type, extra="", then=b""):
        head = "POST %s%s HTTP/1.1\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n" % (
            API,
            where,
            content_type,
            extra,
            len(body),
        )
        self.send(head.encode("latin-1") + body + then)

    def post_error(self, where, failure, then=b""):
        body = encode(failure).encode("utf-8")
        extra = "Lambda-Runtime-Function-Error-Type: Unhandled\r\n"
        self.post(where, body, "application/vnd.aws.lambda.error+json", extra, then)

    def next_event(self):
        """The headers (lower-case names) and the body of the next event; acknowledgements on the way are dropped."""
        while True:
            headers, body = self._message()
            if "lambda-runtime-aws-request-id" in headers:
                return headers, body

    def _message(self):
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, rest = self.buffer.partition(b"\r\n\r\n")
        headers = {}
        for line in head.decode("latin-1").split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            parts = [rest]
            missing = length - len(rest)
            while missing > 0:
                part = self.socket.recv(min(missing, 1 << 20))
                if not part:
                    leave_with_host()
                parts.append(part)
                missing -= len(part)
            rest = b"".join(parts)
        self.buffer = rest[length:]
        return headers, rest[:length]

    def _more(self):
        data = self.socket.recv(1 << 16)
        if not data:
            leave_with_host()
        self.buffer += data


# ---- what the function prints ----------------------------------------------------------------------------------------


class Log:
    def __init__(self):
        self.json = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
        self.request_id = ""
        level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()
        level = {"TRACE": "DEBUG", "FATAL": "CRITICAL", "WARN": "WARNING"}.get(level, level)
        for name in ("stdout", "stderr"):
            getattr(sys, name).reconfigure(line_buffering=True)
        logging.Formatter.converter = time.gmtime
        root = logging.getLogger()
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter() if self.json else TextFormatter())
        handler.addFilter(self._name_request)
        root.addHandler(handler)
        if level in logging._nameToLevel:
            root.setLevel(level)

    def _name_request(self, record):
        record.aws_request_id = self.request_id
        return True

    def failure(self, failure):
        if self.json:
            line = encode(dict({"timestamp": timestamp(time.time()), "level": "ERROR"}, **failure))
        else:
            lines = ["[ERROR] %s: %s" % (failure["errorType"], failure["errorMessage"])]
            lines.append("Traceback (most recent call last):")
            for entry in failure["stackTrace"]:
                lines.extend(indented(line) for line in entry.splitlines())
            line = "\r".join(lines)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def flush():
    """What has been printed without a line feed belongs to this invocation."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass  # A handler may have put anything there.


def indented(line):
    text = line.lstrip(" ")
    return INDENT * (len(line) - len(text)) + text


def timestamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + ".%03dZ" % int(seconds % 1 * 1000)


class TextFormatter(logging.Formatter):
    """One entry a record: line feeds inside travel as carriage returns."""

    def __init__(self):
        super().__init__(
            "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s", "%Y-%m-%dT%H:%M:%S"
        )

    def format(self, record):
        return super().format(record).replace("\n", "\r")


class JsonFormatter(logging.Formatter):
    KNOWN = set(vars(logging.makeLogRecord({}))) | {"aws_request_id", "message", "asctime"}

    def format(self, record):
        entry = {
            "timestamp": timestamp(record.created),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.aws_request_id,
        }
        if record.exc_info and record.exc_info[0]:
            entry["stackTrace"] = traceback.format_tb(record.exc_info[2])
            entry["errorType"] = record.exc_info[0].__name__
            entry["errorMessage"] = str(record.exc_info[1])
            entry["location"] = "%s:%s:%d" % (record.pathname, record.funcName, record.lineno)
        for name, value in vars(record).items():
            if name not in self.KNOWN and name not in entry:
                entry[name] = value
        return json.dumps(entry, default=str, ensure_ascii=False)


# ---- code that somebody edits ---------------------------------------------------------------------------------------


def look_at_edits(root):
    """Imports modules below a directory so that every edit counts, and leaves no `__pycache__` in it.

    Python believes a cache when the source has the size and the second of change that the cache names: an edit within
    that second goes unnoticed. So a cache counts only where it was written in a later second than its source. None is
    written, unless the function says by the variables that Python has for this where they go, or that they should.
    """
    import importlib.machinery as machinery
    from importlib.util import cache_from_source

    class EditedFileLoader(machinery.SourceFileLoader):
        def get_code(self, fullname):
            path = self.get_filename(fullname)
            try:
                doubtful = os.stat(cache_from_source(path)).st_mtime < int(os.stat(path).st_mtime) + 2
            except (OSError, NotImplementedError):
                doubtful = False
            return self.source_to_code(self.get_data(path), path) if doubtful else super().get_code(fullname)

        def set_data(self, path, data, **how):
            if sys.pycache_prefix is not None or "PYTHONDONTWRITEBYTECODE" in os.environ:
                super().set_data(path, data, **how)

    finder = machinery.FileFinder.path_hook(
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (EditedFileLoader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    )

    def hook(path):
        if path == root or path.startswith(root + "/"):
            return finder(path)
        raise ImportError("not below " + root)

    sys.path_hooks.insert(0, hook)
    sys.path_importer_cache.clear()


# ---- one invocation --------------------------------------------------------------------------------------------------


class Context:
    """What the handler gets as its second argument."""

    def __init__(self, headers):
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.tenant_id = None
        client = json.loads(headers.get("lambda-runtime-client-context") or "null")
        self.client_context = None if client is None else ClientContext(client)
        self.identity = Identity(json.loads(headers.get("lambda-runtime-cognito-identity") or "{}"))
        self._deadline_ms = int(headers["lambda-runtime-deadline-ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline_ms - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))

    def __repr__(self):
        shown = ",".join("%s=%s" % item for item in vars(self).items() if not item[0].startswith("_"))
        return "LambdaContext([%s])" % shown


class ClientContext:
    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        self.client = Client(values["client"]) if isinstance(values.get("client"), dict) else None


class Client:
    def __init__(self, values):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, values.get(name))


class Identity:
    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")


class Encoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, decimal.Decimal):
            return float(value) if value != value.to_integral_value() else int(value)
        return super().default(value)


def encode(value):
    return json.dumps(value, cls=Encoder)


def find_handler(name):
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName",
            "Bad handler '%s': not enough values to unpack (expected 2, got 1)" % name,
        )
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault(
            "Runtime.BuiltInModuleConflict", "Cannot use built-in module %s as a handler module" % module_name
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", "Unable to import module '%s': %s" % (module_name, error)) from None
    except SyntaxError as error:
        raise Fault(
            "Runtime.UserCodeSyntaxError",
            "Syntax error in module '%s': %s" % (module_name, error),
            ['  File "%s" Line %s\n    %s' % (error.filename, error.lineno, error.text)],
        ) from None
    try:
        return getattr(module, function_name)
    except AttributeError:
        raise Fault(
            "Runtime.HandlerNotFound", "Handler '%s' missing on module '%s'" % (function_name, module_name)
        ) from None


def failure_of(error, request_id=""):
    """An exception as the caller sees it; frames of this file are left out."""
    if isinstance(error, Fault):
        return {
            "errorMessage": error.message,
            "errorType": error.error_type,
            "requestId": request_id,
            "stackTrace": error.trace or [],
        }
    frames = traceback.extract_tb(error.__traceback__)
    while frames and (frames[0].filename in (__file__, importlib.__file__) or "frozen importlib" in frames[0].filename):
        del frames[0]
    return {
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "requestId": request_id,
        "stackTrace": traceback.format_list(frames),
    }


def answer(handler, headers, body):
    """What the handler makes of one event: bytes and their content type. Raises what it raises."""
    try:
        event = json.loads(body)
    except ValueError as error:
        raise Fault("Runtime.UnmarshalError", "Unable to unmarshal input: %s" % error) from None
    response = handler(event, Context(headers))
    if isinstance(response, bytes):
        return response, "application/unknown"
    try:
        return encode(response).encode("utf-8"), "application/json"
    except Exception as error:
        raise Fault("Runtime.MarshalError", "Unable to marshal response: %s" % error) from None


def run():
    wire = Wire(3)
    log = Log()
    root = os.environ["LAMBDA_TASK_ROOT"]
    sys.path.insert(0, root)
    if sys.argv[1:] == ["edited"]:
        del sys.argv[1:]
        look_at_edits(root.rstrip("/"))
    try:
        handler = find_handler(os.environ["_HANDLER"])
    except BaseException as error:
        if isinstance(error, SystemExit):
            raise
        failure = failure_of(error)
        log.failure(failure)
        wire.post_error("/init/error", failure)
        sys.exit(1)
    flush()
    wire.send(ASK_NEXT)
    while True:
        headers, body = wire.next_event()
        request_id = headers["lambda-runtime-aws-request-id"]
        log.request_id = request_id
        trace_id = headers.get("lambda-runtime-trace-id")
        if trace_id is not None:
            os.environ["_X_AMZN_TRACE_ID"] = trace_id
        else:
            os.environ.pop("_X_AMZN_TRACE_ID", None)
        where = "/invocation/%s/" % request_id
        try:
            result, content_type = answer(handler, headers, body)
        except Exception as error:
            failure = failure_of(error, request_id)
            flush()
            log.failure(failure)
            wire.post_error(where + "error", failure, ASK_NEXT)
        else:
            flush()
            wire.post(where + "response", result, content_type, "", ASK_NEXT)


if __name__ == "__main__":
    # The handler must not see this file's folder, nor find it as `__main__`'s neighbour.
    sys.path[0:1] = []
    run()
