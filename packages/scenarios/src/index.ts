/** What the command line, the tests and other people use of scenarios. */

export { type ExecResult, Lab } from "./lab/lab.ts";
export type { LabOptions } from "./lab/lab-options.ts";
export type { LabMachine, LabPlug, MachineOptions } from "./lab/machine.ts";
export type { LabInput, LabSnapshot } from "./lab/snapshot.ts";
export { LabFileError, readLab } from "./lab-file/read.ts";
export type { Bilingual, LabDefinition, SheetStep } from "./lab-file/schema.ts";
