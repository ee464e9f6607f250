import { Injectable, type PipeTransform } from '@nestjs/common';
import { LARGEST_ID } from '@ccs/dto';
import { NotFoundError } from '../errors/caller-errors.js';

/** The integer id in a path; what can be none names nothing: 404. */
@Injectable()
export class IdPipe implements PipeTransform<unknown, number> {
  transform(value: unknown): number {
    // The validation pipe comes first and has made a number of it, if it could.
    const id = Number(value);
    if (!Number.isInteger(id) || id < 1 || id > LARGEST_ID)
      throw new NotFoundError('There is nothing with this id');
    return id;
  }
}
