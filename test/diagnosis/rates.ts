/** What came of labs of the break-it generator, as a table by kind of fault. */
import type { JudgedLab } from "./generated.ts";

/** One line for each kind, and the rate of all labs last. */
export function rateLines(judged: readonly JudgedLab[]): string[] {
  const kinds = [...new Set(judged.flatMap((one) => one.kinds))].sort();
  const width = Math.max(...kinds.map((kind) => kind.length), 4);
  const row = (name: string, values: readonly (number | string)[]): string =>
    [name.padEnd(width), ...values.map((value) => String(value).padStart(9))].join(" ");
  const table = kinds.map((kind) => {
    const labs = judged.filter((one) => one.kinds.includes(kind));
    const explained = labs.filter((one) => one.explained.includes(kind)).length;
    return row(kind, [labs.length, explained, labs.filter(isHit).length, count(labs, isFalse)]);
  });
  const levels = [...new Set(judged.map(({ level }) => level))].sort((a, b) => a - b);
  const byLevel = levels.map((level) => {
    const labs = judged.filter((one) => one.level === level);
    return `level ${level}: ${labs.filter(isHit).length} of ${labs.length}`;
  });
  const hits = judged.filter(isHit).length;
  const rate = ((100 * hits) / Math.max(judged.length, 1)).toFixed(1);
  return [
    row("kind", ["planted", "explained", "mended", "false"]),
    ...table,
    byLevel.join("   "),
    `${hits} of ${judged.length} labs mended (${rate} %), ${count(judged, (one) => one.isTold)} of the diagnoses were told what was wished for; false causes on ${count(judged, isFalse)} healthy twins`,
  ];
}

export const isHit = ({ isMended }: JudgedLab): boolean => isMended;

const isFalse = ({ falseCauses }: JudgedLab): boolean => falseCauses.length > 0;

const count = (labs: readonly JudgedLab[], is: (one: JudgedLab) => boolean): number =>
  labs.filter(is).length;
