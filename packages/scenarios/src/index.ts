/** What the command line, the tests and other people use of scenarios. */

export { type ExecResult, Lab } from "./lab/lab.ts";
export type { LabOptions } from "./lab/lab-options.ts";
export type { LabMachine, LabPlug, MachineOptions } from "./lab/machine.ts";
export type { LabInput, LabSnapshot } from "./lab/snapshot.ts";
export { LabFileError, readLab } from "./lab-file/read.ts";
export type { Bilingual, LabDefinition, SheetStep } from "./lab-file/schema.ts";
export { eventJsonLine, summaryJson } from "./run/json-lines.ts";
export type { HostRun, LabRun, Listing, RequestRun, StartRun } from "./run/lab-run.ts";
export { labNames, libraryLab } from "./run/library.ts";
export { type RunOptions, runLab } from "./run/run-lab.ts";
export { packetComment } from "./views/packet-comment.ts";
export { type ReportOptions, reportLines } from "./views/report.ts";
export {
  type Language,
  type Line,
  type Page,
  type Span,
  type Tone,
  textOf,
} from "./views/styled.ts";
export { say, type TextKey } from "./views/texts.ts";
