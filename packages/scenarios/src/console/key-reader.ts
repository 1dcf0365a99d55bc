/** What a terminal sends (ECMA-48, xterm) as keys: a character, or a name such as `left`, `ctrl-a`, `alt-b`, `enter`. */

const SEQUENCES: Readonly<Record<string, string>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[H": "home",
  "[F": "end",
  "[1~": "home",
  "[3~": "delete",
  "[4~": "end",
  "[7~": "home",
  "[8~": "end",
  "[1;3C": "alt-right",
  "[1;3D": "alt-left",
  "[1;5C": "alt-f",
  "[1;5D": "alt-b",
};

const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u007f": "backspace",
  "\b": "backspace",
};

const ESCAPE = "\u001b";
const SEQUENCE = /^\[[0-9;?]*[@-~]|^O[A-Z]/;

/** Turns text into keys; the beginning of a sequence waits for its rest. */
export class KeyReader {
  private rest = "";

  feed(text: string): string[] {
    const keys: string[] = [];
    let left = this.rest + text;
    this.rest = "";
    while (left !== "") {
      const character = String.fromCodePoint(left.codePointAt(0) ?? 0);
      if (character !== ESCAPE) {
        left = left.slice(character.length);
        keys.push(keyOf(character));
        continue;
      }
      const after = left.slice(1);
      const sequence = SEQUENCE.exec(after)?.[0];
      if (sequence !== undefined) {
        left = after.slice(sequence.length);
        const name = SEQUENCES[sequence.replace(/^O/, "[")];
        if (name !== undefined) keys.push(name);
      } else if (after === "" || (/^[[O][0-9;?]*$/.test(after) && after.length < 16)) {
        this.rest = after === "" ? "" : left;
        if (after === "") keys.push("escape");
        left = "";
      } else {
        const next = String.fromCodePoint(after.codePointAt(0) ?? 0);
        keys.push(`alt-${keyOf(next)}`);
        left = after.slice(next.length);
      }
    }
    return keys;
  }
}

function keyOf(character: string): string {
  const named = CONTROLS[character];
  if (named !== undefined) return named;
  const code = character.charCodeAt(0);
  return code < 32 ? `ctrl-${String.fromCharCode(code + (code > 26 ? 64 : 96))}` : character;
}

const SENT: Readonly<Record<string, string>> = {
  enter: "\n",
  tab: "\t",
  backspace: "\u007f",
  escape: ESCAPE,
  up: `${ESCAPE}[A`,
  down: `${ESCAPE}[B`,
  right: `${ESCAPE}[C`,
  left: `${ESCAPE}[D`,
  home: `${ESCAPE}[H`,
  end: `${ESCAPE}[F`,
  delete: `${ESCAPE}[3~`,
};

/** What a key sends to a program; "" for one that has no meaning there. */
export function sentFor(key: string): string {
  const named = SENT[key];
  if (named !== undefined) return named;
  if (/^ctrl-[a-z[\\\]^_]$/.test(key)) return String.fromCharCode(key.charCodeAt(5) & 31);
  if (key.startsWith("alt-") && key.length === 5) return `${ESCAPE}${key.slice(4)}`;
  return Array.from(key).length === 1 ? key : "";
}
