/** Parts that several forms of lab files share: names and text for people. */
import { z } from "zod";

/** Text for people, in both languages. */
export const bilingual = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });
export type Bilingual = z.infer<typeof bilingual>;

/** Name of a host or a segment. */
export const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}$/,
    "a name is lower-case letters, digits and -, and starts with a letter",
  );

/** An IPv4 address in dotted form; the reader says whether it is one. */
export const ipv4 = z.string().regex(/^\d{1,3}(?:\.\d{1,3}){3}$/, "an address looks like 10.0.0.1");
