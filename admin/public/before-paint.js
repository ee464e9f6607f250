// Runs before the first paint, so that a chosen theme does not flash. The page's policy forbids inline scripts.
try {
  const theme = localStorage.getItem('ccs.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is switched off: the system's theme it is.
}
