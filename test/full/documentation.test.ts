import { installedApp } from '../readme/support/app.ts'
import { describeDocumentation } from '../readme/support/claims.ts'

describeDocumentation('as npm installs it from the tarball', 'full', installedApp)
