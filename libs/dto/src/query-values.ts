import { IsIn, ValidateBy } from 'class-validator';

/** Of the integers PostgreSQL counts rows with. */
export const LARGEST_ID = 2 ** 31 - 1;

/** In a query everything is text: digits for a whole number in this range. */
export const QueryInteger = (min: number, max: number): PropertyDecorator =>
  ValidateBy({
    name: 'queryInteger',
    constraints: [min, max],
    validator: {
      validate: (value: unknown) =>
        typeof value === 'string' && /^\d{1,9}$/.test(value) && Number(value) >= min && Number(value) <= max,
      defaultMessage: (failed) =>
        `${failed?.property ?? 'value'} must be a whole number between ${min} and ${max}`,
    },
  });

/** In a query: `true` or `false`. */
export const QueryBoolean = (): PropertyDecorator => IsIn(['true', 'false']);
