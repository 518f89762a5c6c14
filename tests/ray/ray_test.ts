// One cluster for all of them: it takes half a minute of two cores, and 600 MB.
import "./parts/runs.ts";
import "./parts/packages.ts";
import "./parts/children.ts";
import "./parts/followers.ts";
import "./parts/nodes.ts";
// The last ones: they end the cluster that the others have.
import "./parts/restarts.ts";
