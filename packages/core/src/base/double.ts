/**
 * A number that is no small integer. V8 gives a class another shape when a field that held small integers first holds
 * another number, and what it knew of objects of the old shape is void: who holds one as a field has its shape checked at
 * every use from then on. A field of numbers beyond 31 bits therefore begins with this one, so that its class has one shape
 * from its first object on (docs/decisions/0006).
 */
export const NOT_SMALL = 0.5;
