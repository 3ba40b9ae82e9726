/** Addresses and CIDR ranges of IP version 4 and 6: `192.0.2.0/24`, `2001:db8::1`. Bits of the host part do not count. */
interface Bits {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

export class AddressRange {
  readonly #network: Bits | undefined;
  readonly #hostBits: bigint;

  /** @param source what is no range contains nothing */
  constructor(source: string) {
    const slash = source.indexOf('/');
    const network = addressBits(slash === -1 ? source : source.slice(0, slash));
    const prefix = slash === -1 ? String(network?.bits ?? 0) : source.slice(slash + 1);
    const valid = network !== undefined && /^\d{1,3}$/.test(prefix) && Number(prefix) <= network.bits;
    this.#network = valid ? network : undefined;
    this.#hostBits = valid ? BigInt(network.bits - Number(prefix)) : 0n;
    Object.freeze(this);
  }

  contains(address: string): boolean {
    const network = this.#network;
    const actual = addressBits(address);
    if (network === undefined || actual?.bits !== network.bits) return false;
    return actual.value >> this.#hostBits === network.value >> this.#hostBits;
  }
}

function addressBits(text: string): Bits | undefined {
  const four = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(text)?.[1];
  if (four !== undefined) {
    const value = fourBytes(four);
    return value === undefined ? undefined : { bits: 32, value };
  }
  const value = sixteenBytes(text);
  return value === undefined ? undefined : { bits: 128, value };
}

function fourBytes(text: string): bigint | undefined {
  let value = 0n;
  for (const byte of text.split('.')) {
    if (Number(byte) > 255) return undefined;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

function sixteenBytes(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groupsOf = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const before = groupsOf(halves[0]!);
  const after = groupsOf(halves[1] ?? '');
  const missing = 8 - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array<string>(Math.max(0, missing)).fill('0'), ...after];
  let value = 0n;
  for (const group of groups) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}
