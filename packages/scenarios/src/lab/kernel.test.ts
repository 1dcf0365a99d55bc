/** Which kernel a lab has, and that its rules are those of the director: seen from a client. */
import type { KernelVariant } from "@lvsim/core";
import { expect, test } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { libraryLab } from "../run/library.ts";
import { Lab } from "./lab.ts";

const DR = libraryLab("dr") as LabDefinition;
const OLD: LabDefinition = { ...DR, kernel: "6.1.176" };

const kernelOf = (lab: Lab): string => lab.exec("a", "uname -r").stdout.trim();

test("a lab has the kernel of its file unless the options name another", () => {
  expect(kernelOf(Lab.build(DR, { seed: "1" }))).toBe("6.1.192");
  expect(kernelOf(Lab.build(OLD, { seed: "1" }))).toBe("6.1.176");
  expect(kernelOf(Lab.build(DR, { seed: "1", kernel: "6.1.176" }))).toBe("6.1.176");
  expect(kernelOf(Lab.build(OLD, { seed: "1", kernel: "6.1.192" }))).toBe("6.1.192");
});

test("a restored lab has the kernel of the saved one", () => {
  const lab = Lab.build(DR, { seed: "1", kernel: "6.1.176" });
  expect(kernelOf(lab.fork())).toBe("6.1.176");
});

test("a machine put in by a call has the kernel of the options unless it names its own", () => {
  const lab = Lab.empty({ seed: "1", kernel: "6.1.176" });
  lab.addMachine("a");
  lab.addMachine("b", { kernel: "6.1.192" });
  expect([kernelOf(lab), lab.exec("b", "uname -r").stdout]).toEqual(["6.1.176", "6.1.192\n"]);
});

/** How requests end after the upper threshold of the one server was lowered below what it has. */
function afterLowering(kernel: KernelVariant, definition = DR): number[] {
  const lab = Lab.build(definition, { seed: "1", kernel });
  lab.run();
  const request = (): number => lab.exec("client", "curl -s -m 2 http://192.168.31.200/").status;
  lab.exec("a", "ipvsadm -d -t 192.168.31.200:80 -r 192.168.31.129:80");
  expect([request(), request(), request()]).toEqual([0, 0, 0]);
  lab.exec("a", "ipvsadm -e -t 192.168.31.200:80 -r 192.168.31.130:80 -g -x 2");
  return [request(), request()];
}

test("a lowered threshold is felt at once from 6.1.187 on, before that at the connection after the next", () => {
  expect(afterLowering("6.1.192")).toEqual([7, 7]);
  expect(afterLowering("6.1.176")).toEqual([0, 7]);
  // the fork's own is older still
  expect(afterLowering("6.1.192", { ...DR, ipvsadm: "fullnat" })).toEqual([0, 7]);
});
