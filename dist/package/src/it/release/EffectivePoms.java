import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.maven.model.Dependency;
import org.apache.maven.model.Developer;
import org.apache.maven.model.License;
import org.apache.maven.model.Model;
import org.apache.maven.model.Parent;
import org.apache.maven.model.Repository;
import org.apache.maven.model.Scm;
import org.apache.maven.model.building.DefaultModelBuilderFactory;
import org.apache.maven.model.building.DefaultModelBuildingRequest;
import org.apache.maven.model.building.FileModelSource;
import org.apache.maven.model.building.ModelBuildingException;
import org.apache.maven.model.building.ModelBuildingRequest;
import org.apache.maven.model.building.ModelSource;
import org.apache.maven.model.resolution.ModelResolver;
import org.apache.maven.model.resolution.UnresolvableModelException;

/**
 * Reads each pom of a repository as Maven does for who uses the artifact, with what it inherits, and names what Maven Central asks for
 * and is not in it. With Maven's own libraries in the class path:
 *
 * <pre>
 *   java -cp 'MAVEN_HOME/lib/*' EffectivePoms.java REPOSITORY ELSEWHERE [URL]     ELSEWHERE has what is imported
 * </pre>
 */
@SuppressWarnings("deprecation") // Two methods of a finder that Maven asks for still.
class EffectivePoms {

    private static final List<String> LICENCES = List.of("Apache-2.0");

    private static int missing;

    public static void main(String[] arguments) throws IOException {
        Path repository = Path.of(arguments[0]);
        Finder finder = new Finder(List.of(repository, Path.of(arguments[1])));
        String url = arguments.length > 2 ? arguments[2] : "";
        try (Stream<Path> files = Files.walk(repository)) {
            files.filter(file -> file.toString().endsWith(".pom")).sorted().forEach(pom -> check(pom, finder, url));
        }
        System.exit(missing == 0 ? 0 : 1);
    }

    private static void check(Path pom, Finder finder, String url) {
        try {
            Model model = new DefaultModelBuilderFactory()
                    .newInstance()
                    .build(new DefaultModelBuildingRequest()
                            .setPomFile(pom.toFile())
                            .setModelResolver(finder)
                            .setSystemProperties(new Properties())
                            .setValidationLevel(ModelBuildingRequest.VALIDATION_LEVEL_MINIMAL))
                    .getEffectiveModel();
            check(model, url, pom);
        } catch (ModelBuildingException e) {
            require(false, "a pom that can be read (" + e.getMessage().replaceAll("\\s+", " ") + ")", pom);
        }
    }

    private static void check(Model model, String url, Path pom) {
        require(isText(model.getName()), "a name", pom);
        require(isText(model.getDescription()), "a description", pom);
        require(isText(model.getUrl()), "a url", pom);
        require(model.getLicenses().stream().map(License::getName).toList().equals(LICENCES), "licence " + LICENCES, pom);
        require(model.getLicenses().stream().allMatch(licence -> isText(licence.getUrl())), "the licence's url", pom);
        require(model.getDevelopers().stream().map(Developer::getName).anyMatch(EffectivePoms::isText), "developers", pom);
        Scm scm = model.getScm() == null ? new Scm() : model.getScm();
        require(isText(scm.getUrl()) && (url.isEmpty() || scm.getUrl().equals(url)), "scm url " + url + ", but " + scm.getUrl(), pom);
        require(
                isText(scm.getConnection()) && (url.isEmpty() || scm.getConnection().equals("scm:git:" + url)),
                "scm connection to " + url + ", but " + scm.getConnection(),
                pom);
        boolean isRelease = !model.getVersion().contains("SNAPSHOT")
                && model.getDependencies().stream().map(Dependency::getVersion).noneMatch(version -> version.contains("SNAPSHOT"));
        require(isRelease, "a version that is none of a snapshot", pom);
        // Of all modules but the first the address would have their names behind it, unless the first says that they share it.
        require(model.getUrl() == null || !model.getUrl().endsWith("/" + model.getArtifactId()), "the project's url", pom);
    }

    private static boolean isText(String value) {
        return value != null && !value.isBlank() && !value.contains("${");
    }

    private static void require(boolean isThere, String what, Path pom) {
        if (!isThere) {
            missing++;
            System.out.println("MISSING " + what + " in " + pom);
        }
    }

    /** Finds parents and imports in directories that are laid out as repositories. */
    private record Finder(List<Path> repositories) implements ModelResolver {

        @Override
        public ModelSource resolveModel(String groupId, String artifactId, String version) throws UnresolvableModelException {
            for (Path repository : repositories) {
                File pom = repository
                        .resolve(groupId.replace('.', '/'))
                        .resolve(artifactId)
                        .resolve(version)
                        .resolve(artifactId + "-" + version + ".pom")
                        .toFile();
                if (pom.exists()) {
                    return new FileModelSource(pom);
                }
            }
            throw new UnresolvableModelException("it is not there", groupId, artifactId, version);
        }

        @Override
        public ModelSource resolveModel(Parent parent) throws UnresolvableModelException {
            return resolveModel(parent.getGroupId(), parent.getArtifactId(), parent.getVersion());
        }

        @Override
        public ModelSource resolveModel(Dependency dependency) throws UnresolvableModelException {
            return resolveModel(dependency.getGroupId(), dependency.getArtifactId(), dependency.getVersion());
        }

        @Override
        public void addRepository(Repository repository) {}

        @Override
        public void addRepository(Repository repository, boolean replace) {}

        @Override
        public ModelResolver newCopy() {
            return this;
        }
    }
}
