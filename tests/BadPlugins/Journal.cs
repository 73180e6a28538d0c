using Cilium.Framework.Plugins;

namespace Cilium.Framework.BadPlugins;

/// <summary>What was asked of the fixtures, in its order: RUN-DIR/journal, one line each.</summary>
internal sealed class Journal(IPluginContext context, string kind)
{
    public void Note(string what) => File.AppendAllText(Path.Combine(context.RunDirectory, "journal"), $"{kind} {what}\n");
}
