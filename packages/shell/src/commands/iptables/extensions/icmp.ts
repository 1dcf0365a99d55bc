/** libipt_icmp: types by number, by number and code, or by name. */
import { ANY_TYPE, ICMP_TYPES } from "../../../network/icmp-types.ts";
import { leadingNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import { type Extension, optionValue } from "./extension.ts";

const keptForm = (type: number, code: number | undefined): string => {
  if (type === ANY_TYPE) return "any";
  return code === undefined ? String(type) : `${type}/${code}`;
};

function readType(text: string): string {
  const wanted = text.toLowerCase();
  const [found, another] = ICMP_TYPES.filter(([name]) => name.toLowerCase().startsWith(wanted));
  if (found !== undefined && another !== undefined)
    usage(`Ambiguous ICMP type \`${text}': \`${found[0]}' or \`${another[0]}'?`);
  if (found !== undefined) return keptForm(found[1], found[2]);
  const [type, rest] = readPart(text) ?? usage(`Unknown ICMP type \`${text}'`);
  if (type === null) return usage("ICMP type range not supported");
  if (rest === "") return keptForm(type, undefined);
  if (!rest.startsWith("/")) return usage(`unknown character ${rest.charAt(0)}`);
  const [code, end] = readPart(rest.slice(1)) ?? usage(`Unknown ICMP code \`${text}'`);
  if (end !== "") return usage(`unknown character ${end.charAt(0)}`);
  return keptForm(type, code ?? undefined);
}

/** A number, null for a range of numbers, and what follows. */
function readPart(text: string): readonly [value: number | null, rest: string] | undefined {
  const first = leadingNumber(text, 0, 255);
  if (first === undefined || !first[1].startsWith(":")) return first;
  const second = leadingNumber(first[1].slice(1), 0, 255);
  return second === undefined ? undefined : [null, second[1]];
}

export const icmp: Extension = {
  name: "icmp",
  options: [{ name: "icmp-type", words: 1, invertible: true, mandatory: true, read: readType }],
  print(values, { numeric }) {
    const value = optionValue(values, "icmp-type");
    const text = value?.text ?? "any";
    const sign = value?.inverted === true ? "!" : "";
    const [typeText = "", codeText] = text === "any" ? ["255"] : text.split("/");
    const code = codeText === undefined ? undefined : Number(codeText);
    const known = ICMP_TYPES.find(([, type, of]) => type === Number(typeText) && of === code);
    if (!numeric && known !== undefined) return ` icmp ${sign}${known[0]}`;
    const words = ` icmp${sign === "" ? "" : " !"}type ${typeText}`;
    return codeText === undefined ? words : `${words} code ${codeText}`;
  },
};
