import { isPresetId, PRESETS } from './presets.js';
import { DEFAULT_PROFILE, type Profile } from './profile.js';
import { isAbsent } from '../json-record.js';

/** Layers of one provider + model, each optional, later ones win key by key. */
export interface ProfileLayers {
  /** Id of a preset; an unknown one counts as none (the configuration loader reports it). */
  readonly preset?: string | null;
  /** `profile` of the provider entry. */
  readonly profile?: Readonly<Partial<Profile>> | null;
  /** The model's entry in `model_profiles`. */
  readonly modelProfile?: Readonly<Partial<Profile>> | null;
}

/** The profile a conversion works with: defaults, then preset, provider and model. Frozen. */
export function resolveProfile(layers: ProfileLayers): Profile {
  const preset =
    !isAbsent(layers.preset) && isPresetId(layers.preset) ? PRESETS[layers.preset].profile : undefined;
  return Object.freeze({ ...DEFAULT_PROFILE, ...preset, ...layers.profile, ...layers.modelProfile });
}
