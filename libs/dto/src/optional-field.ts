import { ValidateIf } from 'class-validator';

/** May be left out; null is refused, unlike with class-validator's `IsOptional`. */
export const OptionalField = (): PropertyDecorator => ValidateIf((_, value: unknown) => value !== undefined);

/** May be left out, or null to clear the value. */
export const ClearableField = (): PropertyDecorator =>
  ValidateIf((_, value: unknown) => value !== undefined && value !== null);
