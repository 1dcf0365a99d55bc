/** Octets as ISO 8859-1 text and back: what protocols with text headers are made of. */

export function octetsOf(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) octets[i] = text.charCodeAt(i);
  return octets;
}

export function textOf(octets: Uint8Array, from = 0, to = octets.length): string {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(octets[i] as number);
  return text;
}

export function joinOctets(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
