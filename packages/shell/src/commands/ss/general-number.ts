/** Numbers as C's %g prints them: six digits that count, without zeros at the end; for what is not negative and below a million. */

export const generalNumber = (value: number): string => String(Number(value.toPrecision(6)));
