/** A failure of the field that a lab shows: what people see, why, what mends it, and who told of it. For people; no run reads it. */
import { z } from "zod";
import { bilingual } from "./words.ts";

export const failure = z.strictObject({
  /** Its number in the catalogue of failures. */
  entry: z.int().min(1).max(70).optional(),
  symptom: bilingual,
  mechanism: bilingual,
  fix: bilingual,
  /** Where it is told or documented. */
  sources: z.array(z.url({ protocol: /^https?$/ })).min(1),
});
export type Failure = z.output<typeof failure>;
