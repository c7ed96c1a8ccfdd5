const USERINFO = /(?<scheme>\b[A-Za-z][A-Za-z0-9+.-]*:\/\/)[^/?#\s]*@/g

/** Parameters under which services take secrets: `token`, `X-Amz-Signature`, `secretAccessKey`, `sig`, `api_key` and the like. */
const PARAMETER =
  /(?<name>[?&;#](?:[\w.%-]*(?:token|secret|passw|signature|credential|api[_-]?key|access[_-]?key)[\w.%-]*|sig|key|auth)=)[^&;#\s"']*/gi

/** A text for people to read, in which no URL shows a secret: user and password, and what secret parameters hold, are `***`. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(USERINFO, '$<scheme>***@').replaceAll(PARAMETER, '$<name>***')
}
