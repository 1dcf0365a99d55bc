/**
 * Text of files, pipes and terminals is a JavaScript string; the network carries octets. UTF-8 (RFC 3629) joins the two.
 * An octet that is not part of valid UTF-8 becomes the lone surrogate U+DC80..U+DCFF (0xDC00 + octet) and comes back as
 * that octet, so that any octets survive the way through a shell.
 */

const ESCAPE = 0xdc00;

/** How many octets `text` has as UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) length += 1;
    else if (unit < 0x800) length += 2;
    else if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) {
      length += 4;
      i++;
    } else length += isEscaped(unit) ? 1 : 3;
  }
  return length;
}

export function encodeUtf8(text: string): Uint8Array {
  const octets = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const next = text.charCodeAt(i + 1);
    if (unit < 0x80) octets[at++] = unit;
    else if (unit < 0x800) {
      octets[at++] = 0xc0 | (unit >> 6);
      octets[at++] = 0x80 | (unit & 0x3f);
    } else if (unit >= 0xd800 && unit < 0xdc00 && isLow(next)) {
      const point = 0x10000 + ((unit - 0xd800) << 10) + (next - 0xdc00);
      octets[at++] = 0xf0 | (point >> 18);
      octets[at++] = 0x80 | ((point >> 12) & 0x3f);
      octets[at++] = 0x80 | ((point >> 6) & 0x3f);
      octets[at++] = 0x80 | (point & 0x3f);
      i++;
    } else if (isEscaped(unit)) octets[at++] = unit - ESCAPE;
    else {
      octets[at++] = 0xe0 | (unit >> 12);
      octets[at++] = 0x80 | ((unit >> 6) & 0x3f);
      octets[at++] = 0x80 | (unit & 0x3f);
    }
  }
  return octets;
}

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit < 0xe000;
const isEscaped = (unit: number): boolean => unit >= ESCAPE + 0x80 && unit <= ESCAPE + 0xff;

/** Decodes octets that come in pieces: a character cut by the end of a piece waits for the next one. */
export class Utf8Decoder {
  private held: number[] = [];

  /** The text of `octets`; with `last`, what is still held comes out too. */
  decode(octets: Uint8Array, last: boolean): string {
    const input = this.held.length === 0 ? octets : Uint8Array.from([...this.held, ...octets]);
    this.held = [];
    let text = "";
    let at = 0;
    while (at < input.length) {
      const size = sequenceSize(input, at);
      if (size === 0 && !last) {
        this.held = Array.from(input.subarray(at));
        break;
      }
      if (size <= 0) text += String.fromCharCode(ESCAPE + (input[at++] as number));
      else {
        text += String.fromCodePoint(codePoint(input, at, size));
        at += size;
      }
    }
    return text;
  }
}

export const decodeUtf8 = (octets: Uint8Array): string => new Utf8Decoder().decode(octets, true);

/** Octets of the sequence that begins at `at`; 0 when it is cut off by the end, −1 when it is not UTF-8. */
function sequenceSize(octets: Uint8Array, at: number): number {
  const first = octets[at] as number;
  const size =
    first < 0x80
      ? 1
      : first < 0xc2
        ? -1
        : first < 0xe0
          ? 2
          : first < 0xf0
            ? 3
            : first < 0xf5
              ? 4
              : -1;
  for (let i = 1; i < size; i++) {
    const next = octets[at + i];
    if (next === undefined) return 0;
    if ((next & 0xc0) !== 0x80) return -1;
  }
  if (size < 3) return size;
  const point = codePoint(octets, at, size);
  const valid =
    size === 3
      ? point >= 0x800 && (point < 0xd800 || point > 0xdfff)
      : point >= 0x10000 && point < 0x110000;
  return valid ? size : -1;
}

function codePoint(octets: Uint8Array, at: number, size: number): number {
  const first = octets[at] as number;
  if (size === 1) return first;
  let point = first & (0x7f >> size);
  for (let i = 1; i < size; i++) point = (point << 6) | ((octets[at + i] as number) & 0x3f);
  return point;
}
