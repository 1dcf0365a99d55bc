/** Upper bounds of one machine's shell work: a script from a stranger can waste a second, never the computer. */
export const SHELL_LIMITS = {
  /** Live processes; fork then fails with EAGAIN. */
  processesMax: 512,
  /** Steps at one instant after which a process pays 1 ms, so that time moves even where work is free. */
  stepsAtInstantMax: 10_000,
  /** Steps of one process; then SIGXCPU, as RLIMIT_CPU does. Every simulated second of its life gives some more. */
  stepsMax: 150_000,
  stepsPerSecond: 100,
  /** Steps of all processes of a machine together, likewise. */
  machineStepsMax: 3_000_000,
  /** Characters written at once that count as one step more. */
  charactersPerStep: 512,
  /** What starting a process counts as. */
  stepsPerFork: 60,
  /** Characters that an exec keeps of either output. */
  outputCharactersMax: 1 << 24,
  /** Characters of one variable or of one expanded word. */
  textCharactersMax: 1 << 22,
  /** Elements of one array. */
  elementsMax: 100_000,
  /** Words that one brace expansion, glob or split gives. */
  wordsMax: 100_000,
  /** Nested function calls, `eval` and `source`. */
  nestingMax: 128,
  /** Nested evaluations of arithmetic, as bash's own bound. */
  arithmeticDepthMax: 128,
} as const;
