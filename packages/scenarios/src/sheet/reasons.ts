/** Why a machine printed something other than a sheet shows, where that can be known from the sheet itself. */
import type { Bilingual } from "../lab-file/words.ts";
import type { OutputLine } from "./compare.ts";
import { hasProse } from "./prompt-line.ts";
import type { FileStep, Sheet, SheetStep } from "./sheet.ts";

const fold = (text: string): string => text.trim().replace(/\s+/g, " ");

/** Reasons for the lines of the sheet that are missing here; null where one has none. */
export function reasonFor(
  line: OutputLine,
  lines: readonly OutputLine[],
  command: string,
  sheet: Sheet,
): Bilingual | null {
  const text = fold(line.text);
  if (/^ipvsadm\b/.test(command)) return ipvsReason(text, lines);
  if (/^iptables\b/.test(command)) return ruleReason(text, sheet);
  return null;
}

const SERVER =
  /^(?:-> )?(\d+(?:\.\d+){3}(?::\S+)?) (Route|Masq|Tunnel|Local|FullNat) (\d+) (\d+) (\d+)$/;

function ipvsReason(text: string, lines: readonly OutputLine[]): Bilingual | null {
  const other = lines.find((one) => one.where === "here" && sameServer(text, fold(one.text)));
  const [, , , , active = "", inactive = ""] = SERVER.exec(text) ?? [];
  const counts = SERVER.exec(other === undefined ? "" : fold(other.text));
  if (counts !== null)
    return {
      en: `ActiveConn and InActConn (${active} ${inactive} in the sheet, ${counts[4]} ${counts[5]} here) count the connections of the last minutes: how often, how fast and with what its author asked`,
      zh: `ActiveConn 与 InActConn(文档为 ${active} ${inactive},此处为 ${counts[4]} ${counts[5]})统计最近几分钟的连接,取决于作者访问的次数、快慢和工具`,
    };
  const isListed = lines.some((one) => one.where === "here" && /size=\d+/.test(one.text));
  if (/size=\d+/.test(text) && isListed)
    return {
      en: "the size of the connection table is chosen when the kernel is built or ip_vs is loaded (conn_tab_bits)",
      zh: "连接表大小由内核编译选项或加载 ip_vs 模块时的 conn_tab_bits 决定",
    };
  return null;
}

function sameServer(one: string, other: string): boolean {
  const [a, b] = [SERVER.exec(one), SERVER.exec(other)];
  return a !== null && b !== null && a[1] === b[1] && a[2] === b[2] && a[3] === b[3];
}

const RULE =
  /^(?:\d+\w? \d+\w? )?([A-Z][\w-]+) (\S+) (?:--|-f|!f)(?: (\S+) (\S+))? (\d\S*|anywhere) (\d\S*|anywhere)(.*)$/;

/** A rule that no command of the sheet adds was there before on its author's machine. */
function ruleReason(text: string, sheet: Sheet): Bilingual | null {
  const [, target = "", , , out = "*", source = ""] = RULE.exec(text) ?? [];
  if (target === "") return null;
  const adds = sheet.steps.some((step) => {
    const typed = step.kind === "file" ? step.content : step.command;
    return typed.includes("iptables") && typed.includes(target);
  });
  if (adds) return null;
  const match = `${source.startsWith("0.0.0.0/0") || source === "anywhere" ? "" : ` -s ${source}`}${out === "*" ? "" : ` -o ${out}`}`;
  const rule = `iptables${target === "MASQUERADE" ? " -t nat -A POSTROUTING" : " -A INPUT"}${match} -j ${target}`;
  return {
    en: `no command of the sheet adds this rule: it was on the author's machine before, and "${rule}" would make it`,
    zh: `文档中没有任何命令添加这条规则:它在作者的机器上早已存在;用 "${rule}" 可以得到它`,
  };
}

/** Why a command failed: the line of a file of the sheet that its message names is prose. */
export function failureReason(
  output: string,
  steps: readonly SheetStep[],
  machine: string,
): Bilingual | null {
  const files = steps.filter(
    (step): step is FileStep => step.kind === "file" && step.machine === machine,
  );
  for (const [, path = "", line = ""] of output.matchAll(/^(\S+?): (?:line )?(\d+): /gm)) {
    const file = files.find(
      (one) => one.path === path || one.path.endsWith(`/${path.replace(/^\.\//, "")}`),
    );
    const text = file?.content.split("\n")[Number(line) - 1] ?? "";
    if (!hasProse(text)) continue;
    return {
      en: `line ${line} of ${path} is the author's explanation, not shell; bash ran what stands before it`,
      zh: `${path} 第 ${line} 行是作者的说明文字,不是 shell 命令;bash 执行了它之前的各行`,
    };
  }
  return null;
}
