/** Octets as `-x`, `-X` and `-A` show them. */

const PER_LINE = 16;

const hexGroups = (octets: Uint8Array): string => {
  let text = "";
  for (let i = 0; i < octets.length; i++) {
    if (i > 0 && i % 2 === 0) text += " ";
    text += (octets[i] as number).toString(16).padStart(2, "0");
  }
  return text;
};

const graphic = (octet: number): string =>
  octet > 32 && octet < 127 ? String.fromCharCode(octet) : ".";

/** `-x`: an offset and groups of two octets a line. */
export function hexDump(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += PER_LINE)
    text += `\n\t0x${at.toString(16).padStart(4, "0")}:  ${hexGroups(octets.subarray(at, at + PER_LINE))}`;
  return text;
}

/** `-X`: the same with the characters beside it. */
export function hexAndAsciiDump(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += PER_LINE) {
    const line = octets.subarray(at, at + PER_LINE);
    const ascii = Array.from(line, graphic).join("");
    text += `\n\t0x${at.toString(16).padStart(4, "0")}:  ${hexGroups(line).padEnd(39)}  ${ascii}`;
  }
  return text;
}

/** `-A`: characters, with lines as they are. */
export function asciiDump(octets: Uint8Array): string {
  let text = "\n";
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] as number;
    if (octet === 13 && octets[i + 1] === 10) continue;
    text +=
      octet === 9 || octet === 10 || octet === 32 ? String.fromCharCode(octet) : graphic(octet);
  }
  return text;
}
