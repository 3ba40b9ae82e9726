/**
 * `format` of strings: the ones that JSON Schema draft 4 names, and `uuid`. Others are not checked. The rules are those
 * of the validator whose texts API Gateway answers with: an e-mail address needs no dot, a time needs its zone.
 */
import { compileEcmaPattern } from '../regex/ecma.ts';

/** Null when the text is of the format, otherwise what is wrong, in that validator's words. */
type Format = (text: string, shown: string) => string | null;

const unless =
  (valid: (text: string) => boolean, fault: (shown: string) => string): Format =>
  (text, shown) =>
    valid(text) ? null : fault(shown);

const dateTimeText = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,12})?(?:Z|[+-](?:[01]\d|2[0-3]):?[0-5]\d)$/;

function isDateTime(text: string): boolean {
  const found = dateTimeText.exec(text);
  if (found === null) return false;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day <= days[month - 1]!;
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || domain === '') return false;
  if (/^\[.*\]$/.test(domain)) return true;
  if (!/^(?:[\p{L}\p{Nd}-]+\.)*[\p{L}\p{Nd}-]+$/u.test(domain)) return false;
  if (/^"(?:[^"\\\r\n]|\\.)*"$/.test(local)) return true;
  return !/[\s()<>,;:\\"[\]@]/.test(local) && !/[^\x21-\uffff]/.test(local) && !/^\.|\.\.|\.$/.test(local);
}

const isIpv4 = (text: string): boolean => /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?=.)|$)){4}$/.test(text);

function isIpv6(text: string): boolean {
  let address = text;
  const tail = /:([^:]*\..*)$/.exec(text);
  if (tail !== null) {
    if (!isIpv4(tail[1]!)) return false;
    address = `${text.slice(0, tail.index + 1)}0:0`;
  }
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length < 8 : groups.length === 8;
}

function isHostname(text: string): boolean {
  const labels = text
    .replace(/[\u3002\uff0e\uff61]/g, '.')
    .replace(/\.$/, '')
    .split('.');
  return (
    text.length <= 254 &&
    labels.every(
      (label) => /^[^-_](?:.*[^-_])?$/.test(label) && label.length <= 63 && !/[^\w\u0080-\uffff-]/.test(label),
    ) &&
    !/^\d/.test(labels.at(-1)!)
  );
}

const isUri = (text: string): boolean =>
  /^(?:[\w\-.~!$&'()*+,;=:@/?#[\]\u00a1-\uffff]|%[0-9a-fA-F]{2})*$/.test(text) &&
  !/^:|^[^/?#:]*[^/?#:\w+\-.][^/?#:]*:|^[^a-zA-Z/?#:][^/?#:]*:|:$|^[^:]*:\/\/(?:$|[/?#]*$)|#.*#/.test(text) &&
  !/^[^?#]*[[\]]/.test(text.replace(/\/\/\[[0-9a-fA-F:.]+\]/, '//'));

function isPattern(text: string): boolean {
  try {
    compileEcmaPattern(text);
    return true;
  } catch {
    return false;
  }
}

const isUuid = (text: string): boolean => /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text);

const dateTimeForms = "[yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]";

export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  [
    'date-time',
    unless(isDateTime, (shown) => `string "${shown}" is invalid against requested date format(s) ${dateTimeForms}`),
  ],
  ['email', unless(isEmail, (shown) => `string "${shown}" is not a valid email address`)],
  ['hostname', unless(isHostname, (shown) => `string "${shown}" is not a valid hostname`)],
  ['ipv4', unless(isIpv4, (shown) => `string "${shown}" is not a valid IPv4 address`)],
  ['ipv6', unless(isIpv6, (shown) => `string "${shown}" is not a valid IPv6 address`)],
  ['uri', unless(isUri, (shown) => `string "${shown}" is not a valid URI`)],
  ['regex', unless(isPattern, (shown) => `string "${shown}" is not a valid ECMA 262 regular expression`)],
  ['uuid', unless(isUuid, (shown) => `input string "${shown}" is not a valid UUID`)],
]);
