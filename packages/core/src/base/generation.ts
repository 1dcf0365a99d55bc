/**
 * A number, not negative, that rises with every change of what certain decisions rest on; whoever keeps such a decision keeps
 * the number with it. Those whose changes count share one.
 */
export class Generation {
  value = 0;
}
