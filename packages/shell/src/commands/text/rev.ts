/** rev (util-linux): the characters of each line backwards. */
import { fileErrorText } from "../../process/errno.ts";
import { inputsOf, linesOf, slurp } from "../base/input.ts";
import { tool } from "../base/tool.ts";

export const rev = tool("/usr/bin/rev", { version: "util-linux) 2.38.1" }, function* (job) {
  for (const name of inputsOf(job)) {
    const text = yield* slurp(job.context, name);
    if (typeof text === "number") {
      yield* job.complain(`cannot open ${name}: ${fileErrorText(text)}`);
      continue;
    }
    const turned = linesOf(text).map((line) => Array.from(line).reverse().join(""));
    yield* job.context.out(turned.join("\n") + (text.endsWith("\n") ? "\n" : ""));
  }
  return undefined;
});
