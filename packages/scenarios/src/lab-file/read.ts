/** Reading a lab file: YAML, then the schema, then what a schema cannot say; errors name line and column. */
import { inPrefix, parseIpv4Address } from "@lvsim/core";
import { type Document, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { type LabDefinition, labSchema } from "./schema.ts";

/** What is wrong with a lab file, one line a fault: `lab.yml:12:9: …`. */
export class LabFileError extends Error {
  override readonly name = "LabFileError";
}

/** Parses the text of a lab file; `path` is only named in errors. Throws `LabFileError`. */
export function readLab(text: string, path: string): LabDefinition {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fault = document.errors[0];
  if (fault !== undefined) {
    const { line, col } = lines.linePos(fault.pos[0]);
    throw new LabFileError(`${path}:${line}:${col}: ${fault.message}`);
  }
  const where = (at: readonly PropertyKey[]): string => `${path}:${position(document, at, lines)}`;
  const checked = labSchema.safeParse(document.toJS());
  if (!checked.success) {
    const messages = checked.error.issues.map((issue) => `${where(issue.path)}: ${wording(issue)}`);
    throw new LabFileError(messages.join("\n"));
  }
  const faults = consistencyFaults(checked.data).map(
    ({ at, message }) => `${where(at)}: ${message}`,
  );
  if (faults.length > 0) throw new LabFileError(faults.join("\n"));
  return checked.data;
}

const wording = (issue: z.core.$ZodIssue): string => {
  const field = issue.path.map(String).join(".");
  return field === "" ? issue.message : `${field}: ${issue.message}`;
};

/** `line:column` of the value at `at`, or of the nearest one around it. */
function position(document: Document, at: readonly PropertyKey[], lines: LineCounter): string {
  for (let depth = at.length; depth >= 0; depth--) {
    const node = document.getIn(at.slice(0, depth), true) as
      | { range?: readonly number[] }
      | undefined;
    const offset = node?.range?.[0];
    if (offset === undefined) continue;
    const { line, col } = lines.linePos(offset);
    return `${line}:${col}`;
  }
  return "1:1";
}

interface Fault {
  readonly at: readonly PropertyKey[];
  readonly message: string;
}

/** References to what is not there, and addresses outside their segment. */
function consistencyFaults(lab: LabDefinition): Fault[] {
  const faults: Fault[] = [];
  for (const [hostName, host] of Object.entries(lab.hosts))
    for (const [deviceName, device] of Object.entries(host.devices)) {
      const at = ["hosts", hostName, "devices", deviceName];
      const segment = lab.segments[device.segment];
      if (segment === undefined)
        faults.push({
          at: [...at, "segment"],
          message: `there is no segment "${device.segment}"; known: ${Object.keys(lab.segments).join(", ")}`,
        });
      const address = addressFault(device.address, segment?.prefix, device.segment);
      if (address !== undefined) faults.push({ at: [...at, "address"], message: address });
    }
  lab.traffic.forEach(({ from }, i) => {
    if (lab.hosts[from] === undefined)
      faults.push({ at: ["traffic", i, "from"], message: `there is no host "${from}"` });
  });
  return faults;
}

function addressFault(
  address: string | undefined,
  prefix: string | undefined,
  segment: string,
): string | undefined {
  if (address === undefined) return undefined;
  const local = parseIpv4Address(address.split("/")[0] ?? "");
  if (local === undefined || Number(address.split("/")[1]) > 32)
    return `${address} is not an address with a prefix length`;
  if (prefix === undefined) return undefined;
  const [network = "", length = ""] = prefix.split("/");
  const base = parseIpv4Address(network);
  if (base === undefined || inPrefix(local, base, Number(length))) return undefined;
  return `address ${address} is outside segment "${segment}" (${prefix}); move the host or change the prefix`;
}
