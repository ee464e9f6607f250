/** What the person most likely calls the computer's system; tells keys apart by where they were made. */
export function deviceName(userAgent: string): string {
  const systems: readonly [RegExp, string][] = [
    [/windows/i, 'Windows'],
    [/iphone|ipad/i, 'iOS'],
    [/android/i, 'Android'],
    [/mac os|macintosh/i, 'macOS'],
    [/cros/i, 'ChromeOS'],
  ];
  return systems.find(([pattern]) => pattern.test(userAgent))?.[1] ?? 'Linux';
}
