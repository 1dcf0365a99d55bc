/** What the command line, the tests and other people use of scenarios. */

export {
  type BrokenLab,
  breakLab,
  faultKindNames,
  LEVELS,
  shapeNames,
} from "./break-it/break-lab.ts";
export { faultLines, madeLabText } from "./break-it/lab-text.ts";
export {
  directRouting,
  fullNat,
  type ModeOptions,
  masquerading,
  tunnelling,
} from "./builders/modes.ts";
export { variantOf } from "./builders/variant-of.ts";
export { type CheckedRun, type CheckResult, checkLab } from "./checks/check-lab.ts";
export { wishFor } from "./checks/wish.ts";
export {
  type Comparison,
  compareRecordings,
  differenceCount,
} from "./compare/compare-recordings.ts";
export { type ConsoleOptions, LabConsole } from "./console/lab-console.ts";
export {
  readSession,
  type SessionEntry,
  SessionFileError,
  sizeOfSession,
} from "./console/session-file.ts";
export type { Diagnosis, Finding } from "./diagnosis/explain.ts";
export { netnsScript, whyNoScript } from "./export/netns-script.ts";
export type { RecordingFiles } from "./export/recording-files.ts";
export { simulatedRecording } from "./export/simulated-recording.ts";
export { type ImportKind, type ImportResult, importFiles } from "./import/import-files.ts";
export { ImportError, type ImportFile, type ImportNote } from "./import/imported.ts";
export { labText } from "./import/lab-text.ts";
export { type ExecResult, Lab } from "./lab/lab.ts";
export type { LabOptions } from "./lab/lab-options.ts";
export type { LabMachine, LabPlug, MachineOptions } from "./lab/machine.ts";
export type { AskedRequest } from "./lab/replay-stage.ts";
export type { LabInput, LabSnapshot } from "./lab/snapshot.ts";
export type { Check } from "./lab-file/check-schema.ts";
export { type CommandPlaces, commandPlaces } from "./lab-file/command-places.ts";
export type { Failure } from "./lab-file/failure-schema.ts";
export type { LabFiles } from "./lab-file/include.ts";
export { LabFileError } from "./lab-file/lab-file-error.ts";
export { labOf, type ReadOptions, readLab } from "./lab-file/read.ts";
export type { LabDefinition, LabSource, SheetStep } from "./lab-file/schema.ts";
export { parseDuration } from "./lab-file/units.ts";
export type { Variant } from "./lab-file/variant-schema.ts";
export type { Bilingual } from "./lab-file/words.ts";
export { csvText, type GradeRow, gradeJson } from "./learning/csv.ts";
export { type Grade, type GradedCheck, Grader, solutionText } from "./learning/grade.ts";
export { gradeLines, gradeTable } from "./learning/grade-view.ts";
export { type Lesson, lessonOf } from "./learning/lesson.ts";
export {
  answerLines,
  handInLines,
  hintLine,
  hintLines,
  lessonHeading,
  letterOf,
  questionLines,
  stepLines,
} from "./learning/lesson-view.ts";
export { SubmissionError, type SubmittedFile } from "./learning/submission.ts";
export { tell } from "./learning/words.ts";
export type { Advice } from "./lint/advice.ts";
export { isWrong, lintRun } from "./lint/lint-run.ts";
export { type DisruptionReport, disruptionReport } from "./reports/disruption-report.ts";
export { type DistributionReport, distributionReport } from "./reports/distribution-report.ts";
export {
  jainIndex,
  type ServerShare,
  type ShareReport,
  shareReport,
} from "./reports/share-report.ts";
export { hostOfPlace, isOpening } from "./run/answers.ts";
export { eventJsonLine, summaryJson } from "./run/json-lines.ts";
export type { HostRun, LabRun, Listing, RequestRun, StartRun } from "./run/lab-run.ts";
export { labNames, labsOf, libraryLab, libraryPlaces, topologyText } from "./run/library.ts";
export { LabPlay, type RunOptions, runLab } from "./run/run-lab.ts";
export { TOPICS, type TopicName } from "./run/topics.ts";
export { matters, type PlayedSheet, type PlayedStep, playSheet } from "./sheet/play-sheet.ts";
export { readSheet } from "./sheet/read-sheet.ts";
export { SheetError } from "./sheet/sheet.ts";
export { compareLines } from "./views/compare-view.ts";
export { type Disruption, disruptionsOf } from "./views/disruption.ts";
export { disruptionLines } from "./views/disruption-views.ts";
export { type Exchange, exchangeOf } from "./views/exchange.ts";
export { type Fairness, fairnessOf } from "./views/fairness.ts";
export { fairnessLines } from "./views/fairness-views.ts";
export { lintLines } from "./views/lint-view.ts";
export { modesLines } from "./views/modes-view.ts";
export { type Ownership, ownershipOf } from "./views/ownership.ts";
export { packetComment } from "./views/packet-comment.ts";
export { wholePacketText } from "./views/packet-text.ts";
export { type ReportOptions, reportLines } from "./views/report.ts";
export { type SheetViewOptions, sheetLines } from "./views/sheet-view.ts";
export {
  type Language,
  type Line,
  type Page,
  type Span,
  type Tone,
  textOf,
} from "./views/styled.ts";
export { say, type TextKey } from "./views/texts.ts";
export { type ViewForm, viewNames, viewOf } from "./views/views.ts";
export { whyLines } from "./views/why-view.ts";
