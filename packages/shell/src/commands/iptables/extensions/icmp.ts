/** libipt_icmp: types by number, by number and code, or by name. */
import { leadingNumber } from "../numbers.ts";
import { usage } from "../problem.ts";
import { type Extension, optionValue } from "./extension.ts";

/** Name, type, and code where the name means one code; in the order in which iptables looks them up. */
const TYPES: readonly (readonly [name: string, type: number, code?: number])[] = [
  ["any", 255],
  ["echo-reply", 0],
  ["pong", 0],
  ["destination-unreachable", 3],
  ["network-unreachable", 3, 0],
  ["host-unreachable", 3, 1],
  ["protocol-unreachable", 3, 2],
  ["port-unreachable", 3, 3],
  ["fragmentation-needed", 3, 4],
  ["source-route-failed", 3, 5],
  ["network-unknown", 3, 6],
  ["host-unknown", 3, 7],
  ["network-prohibited", 3, 9],
  ["host-prohibited", 3, 10],
  ["TOS-network-unreachable", 3, 11],
  ["TOS-host-unreachable", 3, 12],
  ["communication-prohibited", 3, 13],
  ["host-precedence-violation", 3, 14],
  ["precedence-cutoff", 3, 15],
  ["source-quench", 4],
  ["redirect", 5],
  ["network-redirect", 5, 0],
  ["host-redirect", 5, 1],
  ["TOS-network-redirect", 5, 2],
  ["TOS-host-redirect", 5, 3],
  ["echo-request", 8],
  ["ping", 8],
  ["router-advertisement", 9],
  ["router-solicitation", 10],
  ["time-exceeded", 11],
  ["ttl-exceeded", 11],
  ["ttl-zero-during-transit", 11, 0],
  ["ttl-zero-during-reassembly", 11, 1],
  ["parameter-problem", 12],
  ["ip-header-bad", 12, 0],
  ["required-option-missing", 12, 1],
  ["timestamp-request", 13],
  ["timestamp-reply", 14],
  ["address-mask-request", 17],
  ["address-mask-reply", 18],
];

const keptForm = (type: number, code: number | undefined): string => {
  if (type === 255) return "any";
  return code === undefined ? String(type) : `${type}/${code}`;
};

function readType(text: string): string {
  const wanted = text.toLowerCase();
  const [found, another] = TYPES.filter(([name]) => name.toLowerCase().startsWith(wanted));
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
    const known = TYPES.find(([, type, of]) => type === Number(typeText) && of === code);
    if (!numeric && known !== undefined) return ` icmp ${sign}${known[0]}`;
    const words = ` icmp${sign === "" ? "" : " !"}type ${typeText}`;
    return codeText === undefined ? words : `${words} code ${codeText}`;
  },
};
