import { expect, test } from "vitest";
import { type Environment, languageOf, usesColour } from "./environment.ts";

const around = (variables: Environment["variables"], isTerminal = false): Environment => ({
  variables,
  isTerminal,
  showsProgress: false,
  clock: () => 0,
  out: () => undefined,
  err: () => undefined,
});

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
  [{ TERM: "dumb" }, true, false],
])("with %j and terminal %s colour is %s", (variables, terminal, colour) => {
  expect(usesColour(around(variables, terminal))).toBe(colour);
});

test.each([
  [{}, "en"],
  [{ LANG: "zh_CN.UTF-8" }, "zh"],
  [{ LANG: "en_GB.UTF-8" }, "en"],
  [{ LANG: "zh_CN", LC_ALL: "C" }, "en"],
  [{ LANG: "C", LC_MESSAGES: "zh_TW" }, "zh"],
  [{ LANG: "zh_CN", LC_ALL: "" }, "zh"],
])("%j speaks %s", (variables, language) => {
  expect(languageOf(around(variables))).toBe(language);
});
