/** `-b`: flags of a scheduler, by their own names or by number; the kernel knows three bits (IP_VS_SVC_F_SCHED1 …). */
import { fail } from "./failure.ts";

const BITS = [8, 16, 32] as const;

/** Names that only one scheduler has, with the bit's number. */
const NAMED: readonly { readonly name: string; readonly scheduler: string; readonly bit: 0 | 1 }[] =
  [
    { name: "sh-fallback", scheduler: "sh", bit: 0 },
    { name: "sh-port", scheduler: "sh", bit: 1 },
    { name: "mh-fallback", scheduler: "mh", bit: 0 },
    { name: "mh-port", scheduler: "mh", bit: 1 },
  ];

export function parseSchedulerFlags(text: string, scheduler: string): number {
  // commas and nothing else: it follows a pointer to nowhere
  if (/^,+$/.test(text)) fail(139, "Segmentation fault");
  let flags = 0;
  for (const word of text.split(",")) {
    if (word === "") continue;
    const numbered = /^flag-([123])$/.exec(word);
    const named = NAMED.find(({ name }) => name === word);
    if (named !== undefined && named.scheduler !== (scheduler === "" ? "wlc" : scheduler))
      fail(2, `incompatible scheduler flag \`${word}'`);
    if (named !== undefined) flags |= BITS[named.bit];
    else if (numbered !== null) flags |= BITS[Number(numbered[1]) - 1] as number;
    else fail(2, `invalid scheduler flag \`${word}'`);
  }
  return flags;
}

/** As listings show them: `sh-fallback,sh-port`, `flag-1,flag-3`; nothing for a bit that the scheduler has no name for. */
export function formatSchedulerFlags(flags: number, scheduler: string): string {
  const names = NAMED.filter((known) => known.scheduler === scheduler);
  return BITS.map((bit, number) => ({ bit, number }))
    .filter(({ bit }) => (flags & bit) !== 0)
    .map(({ number }) =>
      names.length === 0 ? `flag-${number + 1}` : names.find(({ bit }) => bit === number)?.name,
    )
    .filter((name) => name !== undefined)
    .join(",");
}
