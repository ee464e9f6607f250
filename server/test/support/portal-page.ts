import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';

/** For a container: no sandbox, little shared memory, nothing that asks the internet. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];
const PATIENCE_MS = 10_000;

export function launchBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

export interface PortalOptions {
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
  /** 390 x 844 with a finger. */
  readonly phone?: boolean;
}

/** The portal in a browser profile of its own, and what the browser had to complain about. */
export class PortalPage {
  /** Errors and warnings of the console, uncaught errors: policy violations are among them. */
  readonly complaints: string[] = [];
  /** Answers of 400 and above, as `401 POST /api/auth/login`. */
  readonly refusals: string[] = [];
  /** Requests to anybody but the gateway. */
  readonly foreignRequests: string[] = [];

  private constructor(
    readonly page: Page,
    readonly origin: string,
  ) {
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('console', (message) => {
      // Chromium writes a line for every failed answer too: those are `refusals`.
      const aboutAnswer = message.text().startsWith('Failed to load resource');
      if (['error', 'warning'].includes(message.type()) && !aboutAnswer) this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(origin)) this.foreignRequests.push(request.url());
    });
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (response.status() >= 400)
        this.refusals.push(`${response.status()} ${response.request().method()} ${pathname}`);
    });
  }

  static async open(browser: Browser, origin: string, options: PortalOptions = {}): Promise<PortalPage> {
    const { phone = false, locale = 'en-US', colorScheme = 'light' } = options;
    const screen: BrowserContextOptions = phone
      ? { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
      : { viewport: { width: 1280, height: 900 } };
    const permissions = ['clipboard-read', 'clipboard-write'];
    const context = await browser.newContext({ ...screen, locale, colorScheme, permissions });
    return new PortalPage(await context.newPage(), origin);
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(this.origin + path);
  }

  /** From wherever the sign-in page is shown; does not wait for what comes next. */
  async signIn(email: string, password: string): Promise<void> {
    await this.page.locator('input[autocomplete=username]').fill(email);
    await this.page.locator('input[autocomplete=current-password]').fill(password);
    await this.page.keyboard.press('Enter');
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  heading(name: string): Locator {
    return this.page.getByRole('heading', { name, exact: true });
  }

  /** The account menu and, in it, one of its entries. */
  async chooseFromAccountMenu(...names: readonly string[]): Promise<void> {
    await this.page.locator('header').getByRole('button').click();
    for (const name of names) {
      await this.page.getByRole('menu').getByText(name, { exact: true }).last().click();
    }
  }

  clipboard(): Promise<string> {
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  /** What a piece of script finds in the page. */
  evaluate<T>(expression: string): Promise<T> {
    return this.page.evaluate<T>(expression);
  }

  /** Kept only where PORTAL_SCREENSHOTS names a folder. */
  async screenshot(name: string, fullPage = true): Promise<void> {
    const folder = process.env['PORTAL_SCREENSHOTS'];
    if (folder === undefined) return;
    await mkdir(folder, { recursive: true });
    await this.page.mouse.move(0, 0);
    await this.page.screenshot({ path: join(folder, `${name}.png`), fullPage, animations: 'disabled' });
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
