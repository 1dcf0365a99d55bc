/** Text to UTF-8 (RFC 3629), which the language itself has no function for. A lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const octets: number[] = [];
  for (const character of text) pushCodePoint(octets, character.codePointAt(0) as number);
  return Uint8Array.from(octets);
}

function pushCodePoint(octets: number[], found: number): void {
  const point = found >= 0xd800 && found <= 0xdfff ? 0xfffd : found;
  const trailing = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x1_0000 ? 2 : 3;
  // The first octet says by its leading ones how many there are.
  octets.push(
    trailing === 0 ? point : ((0xff00 >> (trailing + 1)) & 0xff) | (point >> (6 * trailing)),
  );
  for (let i = trailing - 1; i >= 0; i--) octets.push(0x80 | ((point >> (6 * i)) & 0x3f));
}
