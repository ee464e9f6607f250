/** The setting that names the user whose one-time password the first start printed. */
export const ONE_TIME_PASSWORD_SETTING = 'one_time_password_of';
